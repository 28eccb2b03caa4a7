build-asan/lib/output/table.o: lib/output/table.c lib/output/table.h \
 lib/output/sink.h lib/base/buffer.h lib/base/error.h lib/crm.h \
 lib/base/date.h lib/base/memory.h lib/base/value.h lib/base/text.h
lib/output/table.h:
lib/output/sink.h:
lib/base/buffer.h:
lib/base/error.h:
lib/crm.h:
lib/base/date.h:
lib/base/memory.h:
lib/base/value.h:
lib/base/text.h:
