build-asan/lib/schema/parse.o: lib/schema/parse.c lib/schema/schema.h \
 lib/base/date.h lib/base/error.h lib/crm.h lib/base/memory.h \
 lib/base/value.h lib/base/decimal.h lib/base/buffer.h lib/base/text.h
lib/schema/schema.h:
lib/base/date.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
lib/base/value.h:
lib/base/decimal.h:
lib/base/buffer.h:
lib/base/text.h:
