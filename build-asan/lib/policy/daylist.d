build-asan/lib/policy/daylist.o: lib/policy/daylist.c \
 lib/policy/daylist.h lib/base/date.h lib/base/error.h lib/crm.h \
 lib/base/memory.h lib/base/text.h lib/base/buffer.h
lib/policy/daylist.h:
lib/base/date.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
lib/base/text.h:
lib/base/buffer.h:
