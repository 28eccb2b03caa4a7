build-asan/lib/rules/statistics.o: lib/rules/statistics.c \
 lib/rules/statistics.h
lib/rules/statistics.h:
