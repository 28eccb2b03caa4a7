build-asan/cmd/add.o: cmd/add.c cmd/command.h lib/crm.h
cmd/command.h:
lib/crm.h:
