build-asan/lib/base/decimal.o: lib/base/decimal.c lib/base/decimal.h \
 lib/base/buffer.h lib/base/error.h lib/crm.h
lib/base/decimal.h:
lib/base/buffer.h:
lib/base/error.h:
lib/crm.h:
