build-asan/lib/derived.o: lib/derived.c lib/record/record.h lib/book.h \
 lib/crm.h lib/base/date.h lib/base/error.h lib/crm.h lib/base/memory.h \
 lib/base/error.h lib/base/memory.h lib/output/sink.h lib/base/buffer.h \
 lib/base/date.h lib/base/value.h lib/policy/policy.h lib/schema/schema.h \
 lib/store/store.h lib/base/text.h lib/complaint.h lib/rules/sla.h \
 lib/rules/calendar.h lib/policy/daylist.h lib/policy/policy.h \
 lib/sales.h
lib/record/record.h:
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
lib/base/text.h:
lib/complaint.h:
lib/rules/sla.h:
lib/rules/calendar.h:
lib/policy/daylist.h:
lib/policy/policy.h:
lib/sales.h:
