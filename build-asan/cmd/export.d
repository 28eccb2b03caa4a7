build-asan/cmd/export.o: cmd/export.c cmd/command.h lib/crm.h
cmd/command.h:
lib/crm.h:
