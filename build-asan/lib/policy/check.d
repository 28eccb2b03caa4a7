build-asan/lib/policy/check.o: lib/policy/check.c lib/policy/reader.h \
 lib/base/error.h lib/crm.h lib/policy/description.h lib/policy/policy.h \
 lib/base/buffer.h lib/base/date.h lib/base/memory.h lib/base/value.h \
 lib/policy/yaml.h lib/base/decimal.h lib/schema/schema.h
lib/policy/reader.h:
lib/base/error.h:
lib/crm.h:
lib/policy/description.h:
lib/policy/policy.h:
lib/base/buffer.h:
lib/base/date.h:
lib/base/memory.h:
lib/base/value.h:
lib/policy/yaml.h:
lib/base/decimal.h:
lib/schema/schema.h:
