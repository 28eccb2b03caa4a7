build-asan/cmd/remove.o: cmd/remove.c cmd/command.h lib/crm.h
cmd/command.h:
lib/crm.h:
