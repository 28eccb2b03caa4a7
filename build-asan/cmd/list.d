build-asan/cmd/list.o: cmd/list.c cmd/command.h lib/crm.h
cmd/command.h:
lib/crm.h:
