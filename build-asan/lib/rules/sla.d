build-asan/lib/rules/sla.o: lib/rules/sla.c lib/rules/sla.h \
 lib/rules/calendar.h lib/base/date.h lib/base/error.h lib/crm.h \
 lib/base/memory.h lib/policy/daylist.h lib/policy/policy.h \
 lib/base/buffer.h lib/base/value.h
lib/rules/sla.h:
lib/rules/calendar.h:
lib/base/date.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
lib/policy/daylist.h:
lib/policy/policy.h:
lib/base/buffer.h:
lib/base/value.h:
