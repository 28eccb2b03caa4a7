build-asan/lib/import/map_fields.o: lib/import/map_fields.c \
 lib/import/map_load.h lib/import/map.h lib/base/error.h lib/crm.h \
 lib/base/memory.h lib/import/format.h lib/base/date.h lib/import/rows.h \
 lib/base/buffer.h lib/schema/schema.h lib/base/value.h lib/policy/yaml.h \
 lib/base/decimal.h lib/base/text.h
lib/import/map_load.h:
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
lib/policy/yaml.h:
lib/base/decimal.h:
lib/base/text.h:
