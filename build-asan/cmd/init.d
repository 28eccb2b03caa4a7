build-asan/cmd/init.o: cmd/init.c cmd/command.h lib/crm.h
cmd/command.h:
lib/crm.h:
