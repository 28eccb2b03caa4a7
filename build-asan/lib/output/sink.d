build-asan/lib/output/sink.o: lib/output/sink.c lib/output/sink.h \
 lib/base/buffer.h lib/base/error.h lib/crm.h lib/base/date.h \
 lib/base/memory.h lib/base/value.h lib/base/text.h
lib/output/sink.h:
lib/base/buffer.h:
lib/base/error.h:
lib/crm.h:
lib/base/date.h:
lib/base/memory.h:
lib/base/value.h:
lib/base/text.h:
