# triaged: crisis-line triage and routing daemon.
#
#   make            the daemon and triagectl
#   make check      unit and system tests
#   make lint       layers, purity, headers, formatting, cppcheck
#   make asan       everything with AddressSanitizer and UBSan, tests included
#   make fuzz       libFuzzer targets, FUZZ_RUNS runs each
#   make fuzz-long  ten million runs of each without sanitizers, its findings replayed with them
#   make bench      load generator and benchmarks
#   make install    DESTDIR= PREFIX=
#
# tools/check runs what a change must pass, tools/packages lists what all this needs.
#
# CC=clang-14 and BUILD=dir choose another compiler and object directory.

CC      ?= gcc
ifeq ($(origin CC),default)
CC      := gcc
endif
BUILD   ?= build
PREFIX  ?= /usr
VERSION := 0.1.0
PYTHON  ?= /usr/bin/python3
FUZZ_RUNS ?= 1000000

# Bottom to top: a layer may use itself and the layers left of it (checked by tools/lint-layers).
LAYERS  := base triage core store edge privacy outreach app

# Debian 12 and 13 differ in the names of compilers only; libraries are told apart by their headers.
CLANG   ?= $(firstword $(foreach c,clang-14 clang-19 clang,$(if $(shell command -v $(c)),$(c))) clang)

PKGS    := libevent libevent_openssl hiredis libconfig openssl jansson libutf8proc libsystemd \
        libcurl
PKG_CFLAGS := $(shell pkg-config --cflags $(PKGS) | sed 's/-I/-isystem /g')
PKG_LIBS   := $(shell pkg-config --libs $(PKGS))

WARN    := -Wall -Wextra -Wshadow -Wconversion -Wstrict-prototypes -Wmissing-prototypes \
           -Wpointer-arith -Wwrite-strings -Wvla -Wformat=2 -Wno-format-truncation -Werror
HARDEN  := -fPIE -fstack-protector-strong -fstack-clash-protection
ifneq ($(findstring clang,$(CC)),)
WARN    := $(filter-out -Wno-format-truncation,$(WARN))
else
HARDEN  += -ftrivial-auto-var-init=zero
endif
FORTIFY := -U_FORTIFY_SOURCE -D_FORTIFY_SOURCE=2
OPT     ?= -O2 -g
SAN     ?=
CFLAGS_ALL  = -std=gnu11 -D_GNU_SOURCE $(OPT) $(WARN) $(HARDEN) $(if $(SAN),,$(FORTIFY)) $(SAN) \
              -Iinclude $(PKG_CFLAGS) -DTRIAGED_VERSION='"$(VERSION)"' -MMD -MP $(CFLAGS)
LDFLAGS_ALL = $(SAN) -pie -Wl,-z,relro,-z,now -Wl,-z,noexecstack $(LDFLAGS)

layer_src  = $(filter-out daemon/app/main.c,$(wildcard daemon/$(1)/*.c))
layer_obj  = $(patsubst %.c,$(BUILD)/%.o,$(call layer_src,$(1))) $(if $(filter triage,$(1)),$(FOLD_TABLE).o)
layer_lib  = $(BUILD)/libtriaged_$(1).a
# Libraries of a layer and of everything below it, in link order (top first).
upto       = $(if $(filter $(1),$(firstword $(2))),$(1),$(call upto,$(1),$(wordlist 2,99,$(2))) $(firstword $(2)))
libs_upto  = $(foreach l,$(call upto,$(1),$(LAYERS)),$(call layer_lib,$(l)))
LIBS_ALL   = $(call libs_upto,$(lastword $(LAYERS)))

all: $(BUILD)/triaged $(BUILD)/triagectl

$(BUILD)/%.o: %.c
	@mkdir -p $(@D)
	@echo "CC $<"
	@$(CC) $(CFLAGS_ALL) -c -o $@ $<

# What each character folds to, asked of the Unicode library once, on the machine that builds.
FOLD_TABLE = $(BUILD)/daemon/triage/fold_table
$(FOLD_TABLE): tools/fold_table.c daemon/triage/fold_derive.c daemon/triage/fold.h
	@mkdir -p $(@D)
	@$(CC) -std=gnu11 -O1 $(WARN) -Idaemon/triage $(PKG_CFLAGS) -o $@ $(filter %.c,$^) \
		$(shell pkg-config --libs libutf8proc)
$(FOLD_TABLE).c: $(FOLD_TABLE)
	@$< >$@.new && mv $@.new $@
$(FOLD_TABLE).o: $(FOLD_TABLE).c
	@$(CC) $(CFLAGS_ALL) -Idaemon/triage -c -o $@ $<

# The Redis function library is assembled into this object.
$(BUILD)/daemon/store/library.o: daemon/store/triaged1.lua

define layer_rule
$(call layer_lib,$(1)): $(call layer_obj,$(1))
	@mkdir -p $$(@D)
	@rm -f $$@
	@ar rcs $$@ $$^
endef
$(foreach l,$(LAYERS),$(eval $(call layer_rule,$(l))))

$(BUILD)/triaged: $(BUILD)/daemon/app/main.o $(LIBS_ALL)
	@echo "LD $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $< $(LIBS_ALL) $(PKG_LIBS) -lpthread

CTL_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tools/triagectl/*.c))
$(BUILD)/triagectl: $(CTL_OBJ) $(LIBS_ALL)
	@echo "LD $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $(CTL_OBJ) $(LIBS_ALL) $(PKG_LIBS) -lpthread

# tests/unit/<layer>/test_x.c links its layer and the ones below: the link line proves the layering.
UNIT_SRC := $(foreach l,$(LAYERS),$(wildcard tests/unit/$(l)/test_*.c))
UNIT_BIN := $(patsubst %.c,$(BUILD)/%,$(UNIT_SRC))
# Other .c files in that directory are shared by its tests.
unit_shared = $(patsubst %.c,$(BUILD)/%.o,$(filter-out tests/unit/$(1)/test_%,$(wildcard tests/unit/$(1)/*.c)))
define unit_rule
$(BUILD)/tests/unit/$(1)/test_%: $(BUILD)/tests/unit/$(1)/test_%.o $(call unit_shared,$(1)) $(call libs_upto,$(1))
	@echo "LD $$@"
	@$$(CC) $$(LDFLAGS_ALL) -o $$@ $$(filter %.o,$$^) $(call libs_upto,$(1)) $$(PKG_LIBS) -lcmocka -lpthread
endef
$(foreach l,$(LAYERS),$(eval $(call unit_rule,$(l))))

# What triagectl shows is pure: tests/unit/triagectl/ links those files and base alone.
CTL_PURE := $(patsubst %,$(BUILD)/tools/triagectl/%.o,args table text view_board view_contact view_node view_rescue view_rules)
CTL_UNIT := $(patsubst %.c,$(BUILD)/%,$(wildcard tests/unit/triagectl/test_*.c))
$(BUILD)/tests/unit/triagectl/%: CFLAGS += -Itools/triagectl
$(CTL_UNIT): %: %.o $(CTL_PURE) $(call layer_lib,base)
	@echo "LD $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $^ $(PKG_LIBS) -lcmocka
UNIT_BIN += $(CTL_UNIT)

unit-programs: $(UNIT_BIN)
unit: unit-programs
	@set -e; for t in $(UNIT_BIN); do echo "== $$t"; $$t; done

# ---- tests beyond the unit tests ----

system: all
	TRIAGED_BUILD=$(abspath $(BUILD)) $(PYTHON) -m pytest -q -p no:cacheprovider tests/system

check: unit system

ASAN := -fsanitize=address,undefined -fno-sanitize-recover=all
asan:
	$(MAKE) BUILD=build/asan SAN="$(ASAN)" OPT="-O1 -g" check

FUZZERS := $(patsubst tests/fuzz/%.c,%,$(wildcard tests/fuzz/fuzz_*.c))
$(BUILD)/fuzz_%: $(BUILD)/tests/fuzz/fuzz_%.o $(LIBS_ALL)
	@echo "LD $@"
	@$(CC) $(LDFLAGS_ALL) -fsanitize=fuzzer -o $@ $^ $(PKG_LIBS)
# tests/fuzz/corpus/NAME holds the inputs worth keeping; what a run finds goes below BUILD.
run-%: $(BUILD)/%
	@mkdir -p $(BUILD)/found/$* tests/fuzz/corpus/$*
	$< -runs=$(FUZZ_RUNS) -max_len=65536 -timeout=10 -artifact_prefix=$(BUILD)/found/ \
		$(BUILD)/found/$* tests/fuzz/corpus/$*
fuzz-programs: $(FUZZERS:%=$(BUILD)/%)
fuzz:
	$(if $(FUZZERS),$(MAKE) CC=$(CLANG) BUILD=build/fuzz SAN="$(ASAN) -fsanitize=fuzzer-no-link" \
		$(FUZZERS:%=run-%))

# Only what guides the fuzzer and traps what is undefined: several times as many runs a second.
# RUNS (ten million) of each target, then what was found with sanitizers; goes on where it ended.
LONG := -fsanitize=undefined -fsanitize-trap=undefined -fsanitize-coverage=inline-8bit-counters,pc-table
fuzz-long:
	$(MAKE) CC=$(CLANG) BUILD=build/fuzz-long SAN="$(LONG)" fuzz-programs
	$(MAKE) CC=$(CLANG) BUILD=build/fuzz SAN="$(ASAN) -fsanitize=fuzzer-no-link" fuzz-programs
	tests/fuzz/long $(FUZZERS)

print-clang:
	@echo $(CLANG)

# ---- checks of the text ----

C_FILES = $(shell find daemon include tests tools -name '*.[ch]')
HEADERS = $(wildcard daemon/*/*.h include/triaged/*/*.h)

lint: lint-layers lint-headers lint-format lint-cppcheck lint-python lint-units lint-man

lint-layers: $(LIBS_ALL)
	tools/lint-layers $(BUILD)

# Each header compiles alone.
lint-headers:
	@for h in $(HEADERS); do $(CC) $(CFLAGS_ALL) -MF /dev/null -fsyntax-only -x c $$h || exit 1; done

format:
	clang-format-14 -i $(C_FILES)
lint-format:
	clang-format-14 --dry-run -Werror $(C_FILES)

lint-cppcheck:
	cppcheck -q -j2 --std=c11 --enable=warning,performance,portability --error-exitcode=1 \
		--inline-suppr --suppress=missingIncludeSystem -Iinclude \
		--suppress=comparePointers:daemon/store/library.c \
		-D'json_object_foreach(o,k,v)=if((k="")&&(v=o))' \
		-D'json_array_foreach(a,i,v)=if((i=1)&&(v=a))' \
		-D'TAILQ_FOREACH(v,h,f)=if((v=(h)->tqh_first))' \
		daemon tools/triagectl

lint-python:
	$(PYTHON) -m pyflakes $(shell find tests tools -name '*.py') tests/bench/run tools/lint-layers

UNITS := triaged.service triaged@.service triaged.socket triaged-probe.service triaged-probe.timer

# 1.2 is what Debian's own redis-server has, the best of the shipped servers.
lint-units: $(BUILD)/triaged
	@mkdir -p $(BUILD)/units
	@for u in $(UNITS); do \
		tools/unit $$u $(abspath $(BUILD)) >$(BUILD)/units/$$u || exit 1; done
	systemd-analyze verify --man=no $(UNITS:%=$(BUILD)/units/%)
	systemd-analyze security --offline=true --threshold=12 $(BUILD)/units/triaged.service \
		>$(BUILD)/units/exposure

lint-man:
	$(if $(MAN),mandoc -T lint -W warning $(MAN))

# ---- installation ----

MAN   := $(wildcard tools/man/*.[1578])
SHARE := $(DESTDIR)$(PREFIX)/share
ETC   := $(DESTDIR)/etc/triaged

install: all
	install -d $(DESTDIR)$(PREFIX)/bin $(SHARE)/triaged $(ETC)
	install -m 755 $(BUILD)/triaged $(BUILD)/triagectl $(DESTDIR)$(PREFIX)/bin
	for m in $(MAN); do install -D -m 644 $$m $(SHARE)/man/man$${m##*.}/$${m##*/} || exit 1; done
	for d in $(notdir $(wildcard conf/rules conf/lexicon conf/demo)); do \
		rm -rf $(SHARE)/triaged/$$d; cp -r --no-preserve=mode,ownership conf/$$d $(SHARE)/triaged/ \
		|| exit 1; done
	install -m 644 conf/redis.conf daemon/store/triaged1.lua $(SHARE)/triaged
	install -d $(SHARE)/bash-completion/completions
	$(BUILD)/triagectl completion >$(SHARE)/bash-completion/completions/triagectl
	for u in $(UNITS); do \
		install -d $(DESTDIR)$(PREFIX)/lib/systemd/system; \
		tools/unit $$u $(PREFIX)/bin >$(DESTDIR)$(PREFIX)/lib/systemd/system/$$u || exit 1; done
	install -D -m 644 systemd/triaged.sysusers $(DESTDIR)$(PREFIX)/lib/sysusers.d/triaged.conf
	install -D -m 644 systemd/triaged.tmpfiles $(DESTDIR)$(PREFIX)/lib/tmpfiles.d/triaged.conf
	# What an operator has written stays; the newest example is always beside it.
	for f in triaged.conf clients.conf; do \
		install -m 640 conf/$$f $(ETC)/$$f.example; \
		test -e $(ETC)/$$f || install -m 640 conf/$$f $(ETC)/$$f; done

include $(wildcard tests/*/rules.mk)

-include $(shell find $(BUILD) -name '*.d' 2>/dev/null)

clean:
	rm -rf build

.PHONY: all unit unit-programs system check format asan fuzz fuzz-long fuzz-programs print-clang lint lint-layers lint-headers lint-format lint-cppcheck lint-python \
	lint-units lint-man install clean
.SECONDARY:
