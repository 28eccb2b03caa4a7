build-asan/lib/import/number_format.o: lib/import/number_format.c \
 lib/import/format.h lib/base/date.h lib/base/error.h lib/crm.h \
 lib/base/memory.h lib/base/decimal.h lib/base/buffer.h
lib/import/format.h:
lib/base/date.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
lib/base/decimal.h:
lib/base/buffer.h:
