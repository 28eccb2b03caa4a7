build-asan/lib/base/duration.o: lib/base/duration.c lib/base/date.h \
 lib/base/error.h lib/crm.h lib/base/memory.h
lib/base/date.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
