build-asan/cmd/external.o: cmd/external.c cmd/program.h cmd/command.h \
 lib/crm.h cmd/options.h
cmd/program.h:
cmd/command.h:
lib/crm.h:
cmd/options.h:
