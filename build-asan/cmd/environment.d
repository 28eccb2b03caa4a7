build-asan/cmd/environment.o: cmd/environment.c cmd/program.h \
 cmd/command.h lib/crm.h cmd/options.h
cmd/program.h:
cmd/command.h:
lib/crm.h:
cmd/options.h:
