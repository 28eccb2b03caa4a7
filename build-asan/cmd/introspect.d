build-asan/cmd/introspect.o: cmd/introspect.c cmd/json.h cmd/options.h \
 cmd/command.h lib/crm.h
cmd/json.h:
cmd/options.h:
cmd/command.h:
lib/crm.h:
