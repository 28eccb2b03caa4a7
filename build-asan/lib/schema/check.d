build-asan/lib/schema/check.o: lib/schema/check.c lib/schema/schema.h \
 lib/base/date.h lib/base/error.h lib/crm.h lib/base/memory.h \
 lib/base/value.h
lib/schema/schema.h:
lib/base/date.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
lib/base/value.h:
