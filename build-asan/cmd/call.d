build-asan/cmd/call.o: cmd/call.c cmd/program.h cmd/command.h lib/crm.h \
 cmd/options.h
cmd/program.h:
cmd/command.h:
lib/crm.h:
cmd/options.h:
