build-asan/cmd/options.o: cmd/options.c cmd/options.h cmd/command.h \
 lib/crm.h
cmd/options.h:
cmd/command.h:
lib/crm.h:
