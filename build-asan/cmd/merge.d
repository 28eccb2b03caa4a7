build-asan/cmd/merge.o: cmd/merge.c cmd/command.h lib/crm.h
cmd/command.h:
lib/crm.h:
