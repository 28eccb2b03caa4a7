build-asan/lib/output/json.o: lib/output/json.c lib/base/decimal.h \
 lib/base/buffer.h lib/base/error.h lib/crm.h lib/base/text.h \
 lib/base/memory.h lib/output/sink.h lib/base/date.h lib/base/value.h
lib/base/decimal.h:
lib/base/buffer.h:
lib/base/error.h:
lib/crm.h:
lib/base/text.h:
lib/base/memory.h:
lib/output/sink.h:
lib/base/date.h:
lib/base/value.h:
