build-asan/cmd/usage.o: cmd/usage.c cmd/program.h cmd/command.h lib/crm.h \
 cmd/options.h
cmd/program.h:
cmd/command.h:
lib/crm.h:
cmd/options.h:
