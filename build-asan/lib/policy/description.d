build-asan/lib/policy/description.o: lib/policy/description.c \
 lib/policy/description.h lib/policy/policy.h lib/base/buffer.h \
 lib/base/error.h lib/crm.h lib/base/date.h lib/base/memory.h \
 lib/base/value.h lib/policy/reader.h lib/policy/yaml.h
lib/policy/description.h:
lib/policy/policy.h:
lib/base/buffer.h:
lib/base/error.h:
lib/crm.h:
lib/base/date.h:
lib/base/memory.h:
lib/base/value.h:
lib/policy/reader.h:
lib/policy/yaml.h:
