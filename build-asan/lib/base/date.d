build-asan/lib/base/date.o: lib/base/date.c lib/base/date.h \
 lib/base/error.h lib/crm.h lib/base/memory.h
lib/base/date.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
