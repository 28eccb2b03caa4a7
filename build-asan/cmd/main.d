build-asan/cmd/main.o: cmd/main.c cmd/program.h cmd/command.h lib/crm.h \
 cmd/options.h
cmd/program.h:
cmd/command.h:
lib/crm.h:
cmd/options.h:
