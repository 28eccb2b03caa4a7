build-asan/cmd/complain.o: cmd/complain.c cmd/command.h lib/crm.h
cmd/command.h:
lib/crm.h:
