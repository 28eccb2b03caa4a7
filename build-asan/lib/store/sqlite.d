build-asan/lib/store/sqlite.o: lib/store/sqlite.c lib/store/driver.h \
 lib/store/store.h lib/base/error.h lib/crm.h lib/base/memory.h \
 lib/base/value.h lib/base/text.h lib/base/buffer.h
lib/store/driver.h:
lib/store/store.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
lib/base/value.h:
lib/base/text.h:
lib/base/buffer.h:
