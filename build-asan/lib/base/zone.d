build-asan/lib/base/zone.o: lib/base/zone.c lib/base/zone.h \
 lib/base/date.h lib/base/error.h lib/crm.h lib/base/memory.h
lib/base/zone.h:
lib/base/date.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
