build-asan/cmd/help.o: cmd/help.c cmd/program.h cmd/command.h lib/crm.h \
 cmd/options.h
cmd/program.h:
cmd/command.h:
lib/crm.h:
cmd/options.h:
