build-asan/lib/base/buffer.o: lib/base/buffer.c lib/base/buffer.h \
 lib/base/error.h lib/crm.h
lib/base/buffer.h:
lib/base/error.h:
lib/crm.h:
