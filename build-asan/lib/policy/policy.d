build-asan/lib/policy/policy.o: lib/policy/policy.c lib/policy/policy.h \
 lib/base/buffer.h lib/base/error.h lib/crm.h lib/base/date.h \
 lib/base/memory.h lib/base/value.h lib/policy/reader.h \
 lib/policy/description.h lib/policy/yaml.h
lib/policy/policy.h:
lib/base/buffer.h:
lib/base/error.h:
lib/crm.h:
lib/base/date.h:
lib/base/memory.h:
lib/base/value.h:
lib/policy/reader.h:
lib/policy/description.h:
lib/policy/yaml.h:
