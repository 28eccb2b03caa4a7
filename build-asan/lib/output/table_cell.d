build-asan/lib/output/table_cell.o: lib/output/table_cell.c \
 lib/base/text.h lib/base/buffer.h lib/base/error.h lib/crm.h \
 lib/base/memory.h lib/output/table.h lib/output/sink.h lib/base/date.h \
 lib/base/value.h lib/schema/schema.h
lib/base/text.h:
lib/base/buffer.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
lib/output/table.h:
lib/output/sink.h:
lib/base/date.h:
lib/base/value.h:
lib/schema/schema.h:
