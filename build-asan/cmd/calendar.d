build-asan/cmd/calendar.o: cmd/calendar.c cmd/command.h lib/crm.h
cmd/command.h:
lib/crm.h:
