build-asan/lib/names.o: lib/names.c lib/crm.h lib/base/buffer.h \
 lib/base/error.h lib/crm.h lib/base/text.h lib/base/buffer.h \
 lib/base/memory.h lib/schema/schema.h lib/base/date.h lib/base/value.h
lib/crm.h:
lib/base/buffer.h:
lib/base/error.h:
lib/crm.h:
lib/base/text.h:
lib/base/buffer.h:
lib/base/memory.h:
lib/schema/schema.h:
lib/base/date.h:
lib/base/value.h:
