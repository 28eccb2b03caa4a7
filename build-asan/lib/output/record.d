build-asan/lib/output/record.o: lib/output/record.c lib/output/sink.h \
 lib/base/buffer.h lib/base/error.h lib/crm.h lib/base/date.h \
 lib/base/memory.h lib/base/value.h
lib/output/sink.h:
lib/base/buffer.h:
lib/base/error.h:
lib/crm.h:
lib/base/date.h:
lib/base/memory.h:
lib/base/value.h:
