build-asan/lib/base/memory.o: lib/base/memory.c lib/base/memory.h \
 lib/base/error.h lib/crm.h
lib/base/memory.h:
lib/base/error.h:
lib/crm.h:
