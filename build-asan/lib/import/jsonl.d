build-asan/lib/import/jsonl.o: lib/import/jsonl.c lib/base/memory.h \
 lib/base/error.h lib/crm.h lib/base/text.h lib/base/buffer.h \
 lib/import/text_rows.h lib/import/input.h lib/import/rows.h
lib/base/memory.h:
lib/base/error.h:
lib/crm.h:
lib/base/text.h:
lib/base/buffer.h:
lib/import/text_rows.h:
lib/import/input.h:
lib/import/rows.h:
