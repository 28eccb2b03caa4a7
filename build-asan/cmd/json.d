build-asan/cmd/json.o: cmd/json.c cmd/json.h lib/crm.h
cmd/json.h:
lib/crm.h:
