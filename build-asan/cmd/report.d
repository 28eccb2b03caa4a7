build-asan/cmd/report.o: cmd/report.c cmd/command.h lib/crm.h
cmd/command.h:
lib/crm.h:
