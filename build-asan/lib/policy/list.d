build-asan/lib/policy/list.o: lib/policy/list.c lib/policy/value.h \
 lib/policy/reader.h lib/base/error.h lib/crm.h lib/policy/description.h \
 lib/policy/policy.h lib/base/buffer.h lib/base/date.h lib/base/memory.h \
 lib/base/value.h lib/policy/yaml.h lib/base/decimal.h
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
