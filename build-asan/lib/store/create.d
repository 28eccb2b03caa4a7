build-asan/lib/store/create.o: lib/store/create.c lib/store/create.h \
 lib/schema/schema.h lib/base/date.h lib/base/error.h lib/crm.h \
 lib/base/memory.h lib/base/value.h lib/store/store.h lib/base/buffer.h
lib/store/create.h:
lib/schema/schema.h:
lib/base/date.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
lib/base/value.h:
lib/store/store.h:
lib/base/buffer.h:
