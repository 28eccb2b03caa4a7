build-asan/lib/import/date_format.o: lib/import/date_format.c \
 lib/import/format.h lib/base/date.h lib/base/error.h lib/crm.h \
 lib/base/memory.h
lib/import/format.h:
lib/base/date.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
