build-asan/lib/policy/value.o: lib/policy/value.c lib/policy/value.h \
 lib/policy/reader.h lib/base/error.h lib/crm.h lib/policy/description.h \
 lib/policy/policy.h lib/base/buffer.h lib/base/date.h lib/base/memory.h \
 lib/base/value.h lib/policy/yaml.h lib/base/decimal.h lib/base/text.h
lib/policy/value.h:
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
lib/base/text.h:
