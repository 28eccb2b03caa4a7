build-asan/lib/base/text_fold.o: lib/base/text_fold.c lib/base/text.h \
 lib/base/buffer.h lib/base/error.h lib/crm.h lib/base/memory.h
lib/base/text.h:
lib/base/buffer.h:
lib/base/error.h:
lib/crm.h:
lib/base/memory.h:
