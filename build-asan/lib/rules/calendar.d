build-asan/lib/rules/calendar.o: lib/rules/calendar.c \
 lib/rules/calendar.h lib/base/date.h lib/base/error.h lib/crm.h \
 lib/base/memory.h lib/policy/daylist.h lib/policy/policy.h \
 lib/base/buffer.h lib/base/value.h
lib/rules/calendar.h:
lib/base/date.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
lib/policy/daylist.h:
lib/policy/policy.h:
lib/base/buffer.h:
lib/base/value.h:
