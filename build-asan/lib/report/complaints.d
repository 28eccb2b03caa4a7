build-asan/lib/report/complaints.o: lib/report/complaints.c \
 lib/report/report.h lib/record/record.h lib/book.h lib/crm.h \
 lib/base/date.h lib/base/error.h lib/crm.h lib/base/memory.h \
 lib/base/error.h lib/base/memory.h lib/output/sink.h lib/base/buffer.h \
 lib/base/date.h lib/base/value.h lib/policy/policy.h lib/schema/schema.h \
 lib/store/store.h lib/rules/statistics.h
lib/report/report.h:
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
lib/rules/statistics.h:
