build-asan/lib/import/input.o: lib/import/input.c lib/import/input.h \
 lib/base/error.h lib/crm.h lib/base/memory.h lib/import/decode.h
lib/import/input.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
lib/import/decode.h:
