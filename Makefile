# crm: build, install, demo, check, bench. GNU make.
#
#   make            the program and the library, in build/
#   make demo       installs what is missing, builds, shows the main job on a sample book
#   make check      all tests
#   make install    PREFIX=/usr/local DESTDIR=

PREFIX  ?= /usr/local
BUILD   ?= build
CC      ?= cc
WERROR  ?= -Werror
OPT     ?= -O2 -g
# SANITIZE=address,undefined builds everything under those sanitizers.
SANITIZE ?=

PKGS      := sqlite3 yaml-0.1 libcjson libutf8proc
WARN      := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes \
             -Wmissing-prototypes -Wformat=2 -Wno-format-nonliteral -Wnull-dereference $(WERROR)
CPPFLAGS  += -D_XOPEN_SOURCE=700 -D_FILE_OFFSET_BITS=64 -Ilib
SANFLAGS  := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
ALL_CFLAGS  = -std=c11 $(OPT) $(WARN) $(SANFLAGS) $(CFLAGS) -MMD -MP
LIB_CFLAGS  = $(ALL_CFLAGS) -fPIC -fvisibility=hidden $(shell pkg-config --cflags $(PKGS))
LIB_LIBS    = $(shell pkg-config --libs $(PKGS)) -lm

LIB_SRC := $(wildcard lib/*.c lib/*/*.c)
CMD_SRC := $(wildcard cmd/*.c)
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
CMD_OBJ := $(CMD_SRC:%.c=$(BUILD)/%.o)
SOVERSION := 0
VERSION := $(shell sed -n 's/^.define CRM_VERSION "\(.*\)"/\1/p' lib/crm.h)

# Translations: lib/locale/LANGUAGE.po. Without gettext's tools everything is built but these.
PO := $(wildcard lib/locale/*.po)
MO := $(if $(shell command -v msgfmt),$(PO:lib/locale/%.po=$(BUILD)/locale/%/LC_MESSAGES/crm.mo))

.PHONY: all clean
all: $(BUILD)/libcrm.so $(if $(wildcard cmd/main.c),$(BUILD)/crm) $(MO)

$(BUILD)/crm: $(CMD_OBJ) $(BUILD)/libcrm.so
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -Wl,-rpath,'$$ORIGIN' -Wl,--as-needed -Wl,-O1 -o $@ $(CMD_OBJ) -L$(BUILD) -lcrm

$(BUILD)/libcrm.so.$(SOVERSION): $(LIB_OBJ) lib/crm.map
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) -shared -Wl,-soname,libcrm.so.$(SOVERSION) \
	  -Wl,--version-script=lib/crm.map -Wl,--as-needed -Wl,-O1 -o $@ $(LIB_OBJ) $(LIB_LIBS)

$(BUILD)/libcrm.so: $(BUILD)/libcrm.so.$(SOVERSION)
	ln -sf libcrm.so.$(SOVERSION) $@

# All of the library's objects, hidden symbols included: for unit tests of its inner parts.
$(BUILD)/libcrm.a: $(LIB_OBJ)
	rm -f $@ && $(AR) rcs $@ $(LIB_OBJ)

$(BUILD)/lib/%.o: lib/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(LIB_CFLAGS) -c -o $@ $<

# Where an installed program looks when its files are not beside it.
CMD_CPPFLAGS = -DCRM_DATADIR='"$(PREFIX)/share/crm"' -DCRM_LOCALEDIR='"$(PREFIX)/share/locale"'

$(BUILD)/cmd/%.o: cmd/%.c
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CMD_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# Unit tests: tests/unit/NAME.c is one cmocka program, linked to the whole library.
UNIT_SRC := $(wildcard tests/unit/*.c)
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/unit/%)
.PHONY: unit
unit: $(UNIT_BIN)
$(BUILD)/unit/%: tests/unit/%.c $(BUILD)/libcrm.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/libcrm.a $(LIB_LIBS) -lcmocka

$(BUILD)/locale/%/LC_MESSAGES/crm.mo: lib/locale/%.po
	@mkdir -p $(@D)
	msgfmt --check -o $@ $<

# make pot collects the messages; make po brings them into the translations, for a translator.
.PHONY: pot po install-locale
pot: $(BUILD)/crm.pot
$(BUILD)/crm.pot: $(LIB_SRC) $(CMD_SRC)
	@mkdir -p $(@D)
	xgettext --from-code=UTF-8 --language=C --keyword=_ --keyword=N_ --keyword=dngettext:2,3 \
	  --package-name=crm --no-wrap --add-location=file --sort-by-file -o $@ $(sort $^)

po: $(BUILD)/crm.pot
	for file in $(PO); do \
	  msgmerge --quiet --update --backup=none --no-fuzzy-matching --no-wrap $$file $< || exit 1; \
	  msgfmt --check --statistics -o /dev/null $$file; \
	done

install-locale: $(MO)
	for file in $(MO:$(BUILD)/locale/%=%); do \
	  install -D -m 644 $(BUILD)/locale/$$file $(DESTDIR)$(PREFIX)/share/locale/$$file || exit 1; \
	done

# The fields in crm-add(1), after a field was added: tests/conformance.bats asks for it.
.PHONY: man-fields
man-fields: $(BUILD)/crm
	$(BUILD)/crm --lang en introspect | jq -r -f man/fields.jq >$(BUILD)/fields.mdoc
	sed -i -e '/Made by make man-fields: begin/,/Made by make man-fields: end/{//!d}' \
	  -e '/Made by make man-fields: begin/r $(BUILD)/fields.mdoc' man/crm-add.1

clean:
	rm -rf $(BUILD)

-include $(LIB_OBJ:.o=.d) $(CMD_OBJ:.o=.d)
