build-asan/lib/schema/survey.o: lib/schema/survey.c lib/schema/tables.h \
 lib/schema/schema.h lib/base/date.h lib/base/error.h lib/crm.h \
 lib/base/memory.h lib/base/value.h
lib/schema/tables.h:
lib/schema/schema.h:
lib/base/date.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
lib/base/value.h:
