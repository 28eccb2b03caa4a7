build-asan/cmd/edit.o: cmd/edit.c cmd/command.h lib/crm.h
cmd/command.h:
lib/crm.h:
