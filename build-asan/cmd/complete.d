build-asan/cmd/complete.o: cmd/complete.c cmd/program.h cmd/command.h \
 lib/crm.h cmd/options.h
cmd/program.h:
cmd/command.h:
lib/crm.h:
cmd/options.h:
