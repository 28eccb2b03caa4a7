build-asan/lib/store/store.o: lib/store/store.c lib/store/driver.h \
 lib/store/store.h lib/base/error.h lib/crm.h lib/base/memory.h \
 lib/base/value.h
lib/store/driver.h:
lib/store/store.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
lib/base/value.h:
