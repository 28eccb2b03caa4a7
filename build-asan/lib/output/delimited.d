build-asan/lib/output/delimited.o: lib/output/delimited.c lib/base/text.h \
 lib/base/buffer.h lib/base/error.h lib/crm.h lib/base/memory.h \
 lib/output/sink.h lib/base/date.h lib/base/value.h
lib/base/text.h:
lib/base/buffer.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
lib/output/sink.h:
lib/base/date.h:
lib/base/value.h:
