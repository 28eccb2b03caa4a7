# crm: build, install, demo, check, bench. GNU make.
#
#   make                the program and the library, in build/
#   make demo           installs what is missing, builds, shows the main job on a sample book
#   make check          all tests: static checks, plain suite, suite under sanitizers
#   make check-quick    the plain suite alone, without the files made to break readers
#   make check-postgres the plain suite on a private PostgreSQL cluster
#   make fuzz           random bytes into everything that reads
#   make valgrind       a chosen set of commands under memcheck
#   make soak           crashes and faults at full length; hours
#   make install        PREFIX=/usr/local DESTDIR=
#   make bench          figures of speed and memory
#
# A variable given on the command line (CC=clang, OPT=-O0, BUILD=elsewhere) is remembered by the
# objects: a change of it rebuilds them.

PREFIX  ?= /usr/local
BINDIR  ?= $(PREFIX)/bin
LIBDIR  ?= $(PREFIX)/lib
DATADIR ?= $(PREFIX)/share
BUILD   ?= build
CC      ?= cc
WERROR  ?= -Werror
OPT     ?= -O2 -g
# SANITIZE=address,undefined builds everything under those sanitizers.
SANITIZE ?=
# Tests that run at the same time.
JOBS    ?= $(shell getconf _NPROCESSORS_ONLN 2>/dev/null || echo 2)

PKGS      := sqlite3 yaml-0.1 libcjson libutf8proc libmd
WARN      := -Wall -Wextra -Wpedantic -Wconversion -Wshadow -Wstrict-prototypes \
             -Wmissing-prototypes -Wformat=2 -Wno-format-nonliteral -Wnull-dereference $(WERROR)
CPPFLAGS  += -D_XOPEN_SOURCE=700 -D_DARWIN_C_SOURCE -D_FILE_OFFSET_BITS=64 -Ilib
SANFLAGS  := $(if $(SANITIZE),-fsanitize=$(SANITIZE) -fno-sanitize-recover=all -fno-omit-frame-pointer)
# Asked once, and only when something is compiled: `make deps` runs before there is a pkg-config.
# Of libpq the headers alone: it is loaded when a book is kept in PostgreSQL.
PKG_CFLAGS  = $(eval PKG_CFLAGS := $$(shell pkg-config --cflags $$(PKGS) libpq))$(PKG_CFLAGS)
PKG_LIBS    = $(eval PKG_LIBS := $$(shell pkg-config --libs $$(filter-out libmd,$$(PKGS))))$(PKG_LIBS)
# One object of libmd is used. As a shared library it would add a twentieth to the work of starting,
# so it is taken from the archive wherever there is one.
MD_LIBS     = $(eval MD_LIBS := $$(or $$(wildcard $$(shell pkg-config --variable=libdir libmd)/libmd.a),$$(shell pkg-config --libs libmd)))$(MD_LIBS)
ALL_CFLAGS  = -std=c11 $(OPT) $(WARN) $(SANFLAGS) $(CFLAGS) -MMD -MP
LIB_CFLAGS  = $(ALL_CFLAGS) -fPIC -fvisibility=hidden $(PKG_CFLAGS)
LIB_LIBS    = $(PKG_LIBS) $(MD_LIBS) -lm

LIB_SRC := $(wildcard lib/*.c lib/*/*.c)
CMD_SRC := $(wildcard cmd/*.c)
UNIT_SRC := $(wildcard tests/unit/*.c)
LIB_OBJ := $(LIB_SRC:%.c=$(BUILD)/%.o)
CMD_OBJ := $(CMD_SRC:%.c=$(BUILD)/%.o)
UNIT_BIN := $(UNIT_SRC:tests/unit/%.c=$(BUILD)/unit/%)
# Sanitizers want to be the first library of all, and so does this one.
FAULT := $(if $(SANITIZE),,$(if $(filter Linux,$(shell uname)),$(BUILD)/faults/fault.so))
SOVERSION := 0
VERSION := $(shell sed -n 's/^.define CRM_VERSION "\(.*\)"/\1/p' lib/crm.h)

# Translations: lib/locale/LANGUAGE.po. Without gettext's tools everything is built but these.
PO := $(wildcard lib/locale/*.po)
MO := $(if $(shell command -v msgfmt),$(PO:lib/locale/%.po=$(BUILD)/locale/%/LC_MESSAGES/crm.mo))

.PHONY: all clean unit
all: $(BUILD)/libcrm.so $(BUILD)/crm $(MO)

# ---- Build -------------------------------------------------------------------------------------

# Rewritten only when the flags change; every object depends on it.
FLAGS := $(CC) $(CPPFLAGS) $(OPT) $(WARN) $(SANFLAGS) $(CFLAGS) $(PREFIX)
ifneq ($(shell cat $(BUILD)/flags 2>/dev/null),$(strip $(FLAGS)))
.PHONY: $(BUILD)/flags
endif
$(BUILD)/flags:
	@mkdir -p $(@D)
	@echo '$(strip $(FLAGS))' >$@

ifeq ($(shell uname),Darwin)
HERE   := @loader_path
SHARED := -dynamiclib -Wl,-install_name,@rpath/libcrm.so.$(SOVERSION)
INTL   := -lintl
else
HERE   := $$ORIGIN
SHARED := -shared -Wl,-soname,libcrm.so.$(SOVERSION) -Wl,--version-script=lib/crm.map \
          -Wl,--as-needed -Wl,-O1
# SQLite has more symbols than all others, which the loader looks up before main. It looks in the
# order of linking: with SQLite first, a tenth of the work of starting is saved.
TIDY    = -Wl,--as-needed -Wl,-O1 -Wl,--push-state,--no-as-needed \
          $(shell pkg-config --libs sqlite3) -Wl,--pop-state
endif

# The program in the build tree finds the library beside it.
$(BUILD)/crm: $(CMD_OBJ) $(BUILD)/libcrm.so
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(TIDY) -Wl,-rpath,'$(HERE)' -o $@ $(CMD_OBJ) -L$(BUILD) -lcrm $(INTL)

$(BUILD)/libcrm.so.$(SOVERSION): $(LIB_OBJ) lib/crm.map
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(SHARED) -o $@ $(LIB_OBJ) $(LIB_LIBS) $(INTL)

$(BUILD)/libcrm.so: $(BUILD)/libcrm.so.$(SOVERSION)
	ln -sf libcrm.so.$(SOVERSION) $@

# All of the library's objects, hidden symbols included: for unit tests of its inner parts.
$(BUILD)/libcrm.a: $(LIB_OBJ)
	rm -f $@ && $(AR) rcs $@ $(LIB_OBJ)

$(BUILD)/lib/%.o: lib/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(LIB_CFLAGS) -c -o $@ $<

# Where an installed program looks when its files are not beside it.
CMD_CPPFLAGS = -DCRM_DATADIR='"$(DATADIR)/crm"' -DCRM_LOCALEDIR='"$(DATADIR)/locale"'

$(BUILD)/cmd/%.o: cmd/%.c $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(CMD_CPPFLAGS) $(ALL_CFLAGS) -c -o $@ $<

# Unit tests: tests/unit/NAME.c is one cmocka program, linked to the whole library.
unit: $(UNIT_BIN) $(FAULT)
$(BUILD)/unit/%: tests/unit/%.c $(BUILD)/libcrm.a
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) $(ALL_CFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/libcrm.a $(LIB_LIBS) $(INTL) -lcmocka

# Fuzz targets: tests/fuzz/NAME.c is one libFuzzer program, of a build of its own that only clang
# can make. NAME.run is how it is called.
FUZZ_BUILD := $(BUILD)/fuzz
FUZZ_NAMES := $(notdir $(basename $(wildcard tests/fuzz/*.c)))
FUZZ_RUN   := $(FUZZ_NAMES:%=$(FUZZ_BUILD)/%.run)
FUZZ_CC    ?= clang
.PHONY: fuzzers
fuzzers:
	@$(MAKE) --silent BUILD=$(FUZZ_BUILD) CC='$(FUZZ_CC)' OPT='-O1 -g' \
	  SANITIZE=fuzzer-no-link,address,undefined $(FUZZ_NAMES:%=$(FUZZ_BUILD)/%) $(FUZZ_RUN)
$(BUILD)/%.run: tests/fuzz/run
	@mkdir -p $(@D)
	ln -sf $(CURDIR)/$< $@
$(BUILD)/%: tests/fuzz/%.c $(wildcard tests/fuzz/*.h) $(BUILD)/libcrm.a
	$(CC) $(CPPFLAGS) -std=c11 $(OPT) $(WARN) $(subst fuzzer-no-link,fuzzer,$(SANFLAGS)) \
	  $(CFLAGS) $(LDFLAGS) -o $@ $< $(BUILD)/libcrm.a $(LIB_LIBS) $(INTL)

# What makes calls of the program fail: see tests/faults/fault.c. It stands in front of the C
# library's own functions, of which the compiler must not think that it knows what they do.
$(BUILD)/faults/fault.so: tests/faults/fault.c tests/faults/power.c tests/faults/plan.h $(BUILD)/flags
	@mkdir -p $(@D)
	$(CC) $(CPPFLAGS) -std=c11 $(OPT) $(WARN) $(CFLAGS) -fPIC -fno-builtin -shared -o $@ $(filter %.c,$^) -ldl

$(BUILD)/locale/%/LC_MESSAGES/crm.mo: lib/locale/%.po
	@mkdir -p $(@D)
	msgfmt --check -o $@ $<

# make pot collects the messages; make po brings them into the translations, for a translator.
.PHONY: pot po
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

# The fields in crm-add(1), after a field was added: tests/conformance.bats asks for it.
.PHONY: man-fields
man-fields: $(BUILD)/crm
	$(BUILD)/crm --lang en introspect | jq -r -f man/fields.jq >$(BUILD)/fields.mdoc
	sed -i -e '/Made by make man-fields: begin/,/Made by make man-fields: end/{//!d}' \
	  -e '/Made by make man-fields: begin/r $(BUILD)/fields.mdoc' man/crm-add.1

clean:
	rm -rf $(BUILD)

# ---- What is needed, and the demonstration -----------------------------------------------------

# deps: everything for build and tests; deps-build: for the program alone. Both print what is
# missing and install it where they know how. DEPS=no trusts the machine.
.PHONY: deps deps-build demo
deps:
	@[ "$(DEPS)" = no ] || sh .ci/deps build check
deps-build:
	@[ "$(DEPS)" = no ] || sh .ci/deps build

demo: deps-build
	@$(MAKE) --silent all
	@sh tests/demo $(BUILD)/crm $(BUILD)/demo

# ---- Tests -------------------------------------------------------------------------------------

# What is run in each build, and what looks at the sources alone. tests/run sums up.
# The slowest stand first: none of them is left running alone at the end.
SLOW  := tests/torture.bats tests/naughty.bats
QUICK := $(filter-out $(SLOW) tests/install.bats,$(wildcard tests/*.bats)) tests/man-examples tests/readme
SUITE := $(SLOW) $(QUICK)
LINT  := tests/lint tests/install.bats

# Crashes and faults: these look at the plain build alone, at a size that fits here; make soak runs
# them at full length.
FAULTS := $(addprefix tests/faults/,crash errors memory many disk remind)
FAULTS_SERVER := $(FAULTS)

# What is run with the books on a server, and with a primary and a standby.
POSTGRES := $(SUITE) $(FAULTS_SERVER) tests/postgres/standby

.PHONY: check check-quick check-sanitize check-postgres lint bench soak fuzz valgrind
check: deps
	@$(MAKE) --silent all unit fuzzers
	@$(MAKE) --silent all unit BUILD=$(BUILD)/sanitize SANITIZE=address,undefined OPT='-O1 -g'
	@tests/postgres/run tests/run $(JOBS) BUILD=$(BUILD) $(LINT) $(SUITE) $(FAULTS) tests/faults/valgrind $(FUZZ_RUN) $(UNIT_BIN) \
	  STORE=postgresql $(POSTGRES) STORE=sqlite \
	  BUILD=$(BUILD)/sanitize $(SUITE) $(UNIT_BIN:$(BUILD)/%=$(BUILD)/sanitize/%)

check-quick: all unit
	@tests/run $(JOBS) BUILD=$(BUILD) $(QUICK) $(UNIT_BIN)

check-sanitize:
	@$(MAKE) --silent all unit BUILD=$(BUILD)/sanitize SANITIZE=address,undefined OPT='-O1 -g'
	@tests/run $(JOBS) BUILD=$(BUILD)/sanitize $(SUITE) $(UNIT_BIN:$(BUILD)/%=$(BUILD)/sanitize/%)

# The whole suite again, its books on a server: see tests/postgres/run.
check-postgres: all
	@tests/postgres/run --needed tests/run $(JOBS) BUILD=$(BUILD) STORE=postgresql $(POSTGRES)

lint: all
	@tests/run $(JOBS) BUILD=$(BUILD) $(LINT)

# Bytes of all kinds into everything that reads; FUZZ_SECONDS=30 for each target.
fuzz: fuzzers
	@SHOW=yes tests/run $(JOBS) BUILD=$(BUILD) $(FUZZ_RUN)

# A chosen set of commands under memcheck; in make check without the sample book.
valgrind: all unit
	@SHOW=yes THOROUGH=yes tests/run $(JOBS) BUILD=$(BUILD) tests/faults/valgrind

# Hundreds of crashes of each command, every call and allocation failing once.
soak: all unit
	@SHOW=yes ROUNDS=$${ROUNDS:-300} WRITES=$${WRITES:-1000} THOROUGH=yes LIMIT=28800 \
	  tests/run $(JOBS) BUILD=$(BUILD) $(FAULTS) STORE=postgresql $(FAULTS_SERVER)

# Speed and memory against what is promised: see tests/bench/README.md.
bench: all
	@tests/bench/run.sh $(BUILD)

# ---- Installation ------------------------------------------------------------------------------

# An installed program finds its library without ldconfig, wherever PREFIX is, except where the
# system's loader looks anyway.
RPATH ?= $(if $(filter /usr/lib%,$(LIBDIR)),,$(if $(filter $(PREFIX)/lib,$(LIBDIR)),$(HERE)/../lib,$(LIBDIR)))
BASH_COMPLETIONS ?= $(DATADIR)/bash-completion/completions
ZSH_COMPLETIONS  ?= $(DATADIR)/zsh/site-functions
FISH_COMPLETIONS ?= $(DATADIR)/fish/vendor_completions.d
PRESETS := $(wildcard lib/presets/* lib/presets/*/*)
MAN1 := $(wildcard man/*.1)
MAN5 := $(wildcard man/*.5)
LIBRARY := libcrm.so.$(VERSION)

$(BUILD)/install/crm: $(CMD_OBJ) $(BUILD)/libcrm.so
	@mkdir -p $(@D)
	$(CC) $(ALL_CFLAGS) $(LDFLAGS) $(TIDY) $(RPATH:%=-Wl,-rpath,'%') -o $@ $(CMD_OBJ) -L$(BUILD) -lcrm $(INTL)

$(BUILD)/install/crm.pc: lib/crm.pc.in $(BUILD)/flags lib/crm.h
	@mkdir -p $(@D)
	sed -e 's|@PREFIX@|$(PREFIX)|' -e 's|@LIBDIR@|$(LIBDIR)|' -e 's|@VERSION@|$(VERSION)|' \
	  -e 's|@REQUIRES@|$(PKGS)|' $< >$@

.PHONY: install uninstall install-locale
install: all $(BUILD)/install/crm $(BUILD)/install/crm.pc install-locale
	install -d $(DESTDIR)$(BINDIR) $(DESTDIR)$(LIBDIR)/pkgconfig $(DESTDIR)$(PREFIX)/include \
	  $(DESTDIR)$(DATADIR)/man/man1 $(DESTDIR)$(DATADIR)/man/man5 $(DESTDIR)$(DATADIR)/crm \
	  $(DESTDIR)$(BASH_COMPLETIONS) $(DESTDIR)$(ZSH_COMPLETIONS) $(DESTDIR)$(FISH_COMPLETIONS)
	install -m 755 $(BUILD)/install/crm $(DESTDIR)$(BINDIR)/crm
	install -m 644 $(BUILD)/libcrm.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/$(LIBRARY)
	ln -sf $(LIBRARY) $(DESTDIR)$(LIBDIR)/libcrm.so.$(SOVERSION)
	ln -sf libcrm.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/libcrm.so
	install -m 644 lib/crm.h $(DESTDIR)$(PREFIX)/include/crm.h
	install -m 644 $(BUILD)/install/crm.pc $(DESTDIR)$(LIBDIR)/pkgconfig/crm.pc
	install -m 644 $(MAN1) $(DESTDIR)$(DATADIR)/man/man1
	install -m 644 $(MAN5) $(DESTDIR)$(DATADIR)/man/man5
	for file in $(PRESETS:lib/presets/%=%); do \
	  [ -d lib/presets/$$file ] || { mkdir -p $$(dirname $(DESTDIR)$(DATADIR)/crm/$$file) && \
	    install -m 644 lib/presets/$$file $(DESTDIR)$(DATADIR)/crm/$$file; } || exit 1; \
	done
	install -m 644 completions/crm.bash $(DESTDIR)$(BASH_COMPLETIONS)/crm
	install -m 644 completions/_crm $(DESTDIR)$(ZSH_COMPLETIONS)/_crm
	install -m 644 completions/crm.fish $(DESTDIR)$(FISH_COMPLETIONS)/crm.fish

install-locale: $(MO)
	for file in $(MO:$(BUILD)/locale/%=%); do \
	  mkdir -p $$(dirname $(DESTDIR)$(DATADIR)/locale/$$file) && \
	    install -m 644 $(BUILD)/locale/$$file $(DESTDIR)$(DATADIR)/locale/$$file || exit 1; \
	done

uninstall:
	rm -f $(DESTDIR)$(BINDIR)/crm $(DESTDIR)$(LIBDIR)/$(LIBRARY) \
	  $(DESTDIR)$(LIBDIR)/libcrm.so.$(SOVERSION) $(DESTDIR)$(LIBDIR)/libcrm.so \
	  $(DESTDIR)$(PREFIX)/include/crm.h $(DESTDIR)$(LIBDIR)/pkgconfig/crm.pc \
	  $(MAN1:man/%=$(DESTDIR)$(DATADIR)/man/man1/%) $(MAN5:man/%=$(DESTDIR)$(DATADIR)/man/man5/%) \
	  $(DESTDIR)$(BASH_COMPLETIONS)/crm $(DESTDIR)$(ZSH_COMPLETIONS)/_crm \
	  $(DESTDIR)$(FISH_COMPLETIONS)/crm.fish \
	  $(PO:lib/locale/%.po=$(DESTDIR)$(DATADIR)/locale/%/LC_MESSAGES/crm.mo)
	rm -rf $(DESTDIR)$(DATADIR)/crm

-include $(LIB_OBJ:.o=.d) $(CMD_OBJ:.o=.d) $(UNIT_BIN:=.d)
