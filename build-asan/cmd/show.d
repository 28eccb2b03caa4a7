build-asan/cmd/show.o: cmd/show.c cmd/command.h lib/crm.h
cmd/command.h:
lib/crm.h:
