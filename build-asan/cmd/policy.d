build-asan/cmd/policy.o: cmd/policy.c cmd/program.h cmd/command.h \
 lib/crm.h cmd/options.h
cmd/program.h:
cmd/command.h:
lib/crm.h:
cmd/options.h:
