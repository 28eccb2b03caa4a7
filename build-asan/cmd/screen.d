build-asan/cmd/screen.o: cmd/screen.c cmd/program.h cmd/command.h \
 lib/crm.h cmd/options.h
cmd/program.h:
cmd/command.h:
lib/crm.h:
cmd/options.h:
