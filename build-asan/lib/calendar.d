build-asan/lib/calendar.o: lib/calendar.c lib/calendar.h lib/book.h \
 lib/crm.h lib/base/date.h lib/base/error.h lib/crm.h lib/base/memory.h \
 lib/base/error.h lib/base/memory.h lib/output/sink.h lib/base/buffer.h \
 lib/base/date.h lib/base/value.h lib/policy/policy.h lib/schema/schema.h \
 lib/store/store.h lib/policy/daylist.h lib/rules/calendar.h \
 lib/policy/daylist.h lib/policy/policy.h lib/base/text.h
lib/calendar.h:
lib/book.h:
lib/crm.h:
lib/base/date.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
lib/base/error.h:
lib/base/memory.h:
lib/output/sink.h:
lib/base/buffer.h:
lib/base/date.h:
lib/base/value.h:
lib/policy/policy.h:
lib/schema/schema.h:
lib/store/store.h:
lib/policy/daylist.h:
lib/rules/calendar.h:
lib/policy/daylist.h:
lib/policy/policy.h:
lib/base/text.h:
