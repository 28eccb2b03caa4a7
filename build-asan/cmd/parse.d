build-asan/cmd/parse.o: cmd/parse.c cmd/options.h cmd/command.h lib/crm.h
cmd/options.h:
cmd/command.h:
lib/crm.h:
