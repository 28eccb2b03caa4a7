build-asan/lib/import/decode.o: lib/import/decode.c lib/import/decode.h \
 lib/base/error.h lib/crm.h lib/base/text.h lib/base/buffer.h \
 lib/base/memory.h lib/import/input.h
lib/import/decode.h:
lib/base/error.h:
lib/crm.h:
lib/base/text.h:
lib/base/buffer.h:
lib/base/memory.h:
lib/import/input.h:
