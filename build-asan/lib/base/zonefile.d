build-asan/lib/base/zonefile.o: lib/base/zonefile.c lib/base/zone.h \
 lib/base/date.h lib/base/error.h lib/crm.h lib/base/memory.h
lib/base/zone.h:
lib/base/date.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
