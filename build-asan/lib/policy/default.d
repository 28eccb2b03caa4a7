build-asan/lib/policy/default.o: lib/policy/default.c lib/policy/policy.h \
 lib/base/buffer.h lib/base/error.h lib/crm.h lib/base/date.h \
 lib/base/memory.h lib/base/value.h
lib/policy/policy.h:
lib/base/buffer.h:
lib/base/error.h:
lib/crm.h:
lib/base/date.h:
lib/base/memory.h:
lib/base/value.h:
