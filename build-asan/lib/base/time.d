build-asan/lib/base/time.o: lib/base/time.c lib/base/date.h \
 lib/base/error.h lib/crm.h lib/base/memory.h
lib/base/date.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
