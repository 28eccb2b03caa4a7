build-asan/lib/base/error.o: lib/base/error.c lib/base/error.h lib/crm.h
lib/base/error.h:
lib/crm.h:
