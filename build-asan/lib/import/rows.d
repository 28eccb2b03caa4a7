build-asan/lib/import/rows.o: lib/import/rows.c lib/import/rows.h \
 lib/base/buffer.h lib/base/error.h lib/crm.h lib/base/memory.h \
 lib/base/text.h lib/import/decode.h lib/import/text_rows.h \
 lib/import/input.h
lib/import/rows.h:
lib/base/buffer.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
lib/base/text.h:
lib/import/decode.h:
lib/import/text_rows.h:
lib/import/input.h:
