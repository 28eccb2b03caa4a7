build-asan/lib/policy/yaml.o: lib/policy/yaml.c lib/policy/yaml.h \
 lib/base/buffer.h lib/base/error.h lib/crm.h lib/base/memory.h \
 lib/base/text.h
lib/policy/yaml.h:
lib/base/buffer.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
lib/base/text.h:
