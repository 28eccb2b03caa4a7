build-asan/lib/import/csv.o: lib/import/csv.c lib/base/memory.h \
 lib/base/error.h lib/crm.h lib/import/text_rows.h lib/import/input.h \
 lib/import/rows.h lib/base/buffer.h
lib/base/memory.h:
lib/base/error.h:
lib/crm.h:
lib/import/text_rows.h:
lib/import/input.h:
lib/import/rows.h:
lib/base/buffer.h:
