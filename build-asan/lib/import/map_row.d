build-asan/lib/import/map_row.o: lib/import/map_row.c lib/import/map.h \
 lib/base/error.h lib/crm.h lib/base/memory.h lib/import/format.h \
 lib/base/date.h lib/import/rows.h lib/base/buffer.h lib/schema/schema.h \
 lib/base/value.h lib/base/decimal.h lib/base/text.h
lib/import/map.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
lib/import/format.h:
lib/base/date.h:
lib/import/rows.h:
lib/base/buffer.h:
lib/schema/schema.h:
lib/base/value.h:
lib/base/decimal.h:
lib/base/text.h:
