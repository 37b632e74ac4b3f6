# lastseat. `make help` lists the targets, `make V=1` shows the commands.
CC         ?= cc
CFLAGS     ?= -O2 -g
SETUP      ?=
SCENARIOS   = $(or $(filter $(scenarios),$(MAKECMDGOALS:bench-%=%)),rush-1000x10 small-15x5)
STRATEGIES  =
DB          =
TRIALS      =
NAME        =
FROM        =
S           =
RUNS        =

OWN        := -std=c11 -D_GNU_SOURCE -I. -Wall -Wextra -Wshadow -Wconversion -Wmissing-prototypes -pthread
OWN        += $(if $(WERROR),-Werror)
Q          := $(if $(V),,@)
say         = $(if $(V),,@echo '  $1')
comma      := ,
space      := $(subst ,, )
commas      = $(subst $(space),$(comma),$(strip $1))
spaces      = $(subst $(comma),$(space),$1)

main       := harness/main.c
sources    := $(sort $(filter-out $(main),$(wildcard harness/*.c harness/*/*.c strategies/*.c strategies/rogues/*.c)))
strategies := $(filter strategies/%,$(sources))
programs   := $(foreach d,unit contract e2e,$(sort $(wildcard tests/$d/test_*.c)))
long       := $(sort $(wildcard tests/long/test_*.c))
fuzzers    := $(sort $(wildcard tests/fuzz/*.c))
helpers    := $(filter-out $(programs) $(long) $(fuzzers),$(sort $(wildcard tests/*/*.c)))
scripts    := $(filter-out %/lib.sh,$(foreach d,transcript e2e,$(sort $(wildcard tests/$d/*.sh))))
targets    := all demo bench test test-all test-long lint report plots list docs findings new-strategy check-strategy kill-matrix \
              coverage fuzz setup clean clean-results help
scenarios  := $(filter-out $(targets),$(patsubst scenarios/%.ini,%,$(wildcard scenarios/*.ini)))

.DELETE_ON_ERROR:
.SECONDARY:
.PHONY: $(targets) $(scenarios) $(scenarios:%=bench-%) FORCE
all: lastseat ## build ./lastseat
	@echo 'Built ./lastseat. Next: make demo (seconds), make bench (a minute), make help.'

# ---- packages: seen to before anything is looked up, once per make
goals      := $(or $(MAKECMDGOALS),all)
building   := $(filter-out new-strategy setup clean clean-results help,$(goals))
unknown    := $(filter-out $(targets) $(scenarios) $(scenarios:%=bench-%) lastseat build/%,$(goals))
dry        := $(findstring n,$(firstword -$(MAKEFLAGS)))
MAKEFLAGS  += --no-builtin-rules
packages   := $(if $(filter demo,$(goals)),build) $(if $(filter bench% $(scenarios),$(goals)),build run)
packages   += $(if $(filter test test-all test-long coverage check-strategy,$(goals)),build run test)
packages   += $(if $(filter kill-matrix docs,$(goals)),build run)
packages   += $(if $(filter test-all lint fuzz,$(goals)),build test check)
ifneq ($(and $(filter bench,$(goals)),$(unknown)),)
    $(error no scenario '$(firstword $(unknown))' in scenarios/ ('make list' shows them))
endif
ifneq ($(and $(building),$(if $(dry)$(unknown),,yes)),)
    $(shell CC='$(CC)' SETUP='$(SETUP)' sh .ci/setup $(or $(sort $(packages)),--check build) >&2)
    ifneq ($(.SHELLSTATUS),0)
        $(error lastseat cannot be built before that)
    endif
endif

# ---- libraries
libraries  := sqlite3 inih jansson zlib libcmark-gfm $(shell pkg-config --exists libpq 2>/dev/null && echo libpq)
ifneq ($(shell pkg-config --exists $(libraries) 2>/dev/null && echo yes),)
    LIBS   := $(shell pkg-config --libs $(libraries)) -lm
    OWN    += $(shell pkg-config --cflags $(libraries))
else
    pq     := $(dir $(firstword $(wildcard /usr/include/postgresql/libpq-fe.h /usr/include/libpq-fe.h)))
    LIBS   := -lsqlite3 -linih -ljansson -lz -lcmark-gfm -lcmark-gfm-extensions $(if $(pq),-lpq) -lm
    OWN    += $(if $(pq),-I$(pq))
endif
ifneq ($(filter -lpq,$(LIBS)),)
    OWN    += -DHAVE_LIBPQ=1
else
    # Without libpq the driver is left out, and `list` says so.
    sources  := $(filter-out harness/db/pg_% harness/db/postgres% harness/db/conninfo%,$(sources))
    programs := $(filter-out tests/contract/test_pg_%,$(programs))
endif

# ---- flavours: the same sources, each in a folder of its own under build/
CC_plain    := $(CC)
CC_asan     := clang
CC_tsan     := clang
CC_fuzz     := clang
CC_gcc      := gcc
CC_coverage := gcc
CC_clang    := clang
FLAGS_asan  := -O1 -fno-omit-frame-pointer -fno-sanitize-recover=all -fsanitize=address,undefined
FLAGS_tsan  := -O1 -fsanitize=thread
FLAGS_coverage := -O0 --coverage -Wno-format-truncation
FLAGS_fuzz  := $(FLAGS_asan) -fsanitize=fuzzer-no-link
FLAGS_gcc   := -Werror
FLAGS_clang := -Werror
scarce      := -Wl,--wrap=malloc,--wrap=calloc,--wrap=realloc
quote       = '$(subst ','\'',$1)'
string      = $(call quote,"$(subst ",\",$(subst \,\\,$1))")
# Rewrites $@ only when its text changes: what depends on it is then rebuilt, and not on every make.
keep        = @mkdir -p $(@D); printf '%s\n' $(call quote,$1) | cmp -s - $@ || printf '%s\n' $(call quote,$1) >$@

git         := $(or $(shell git rev-parse --short=7 HEAD 2>/dev/null),unknown)
dirty       := $(if $(shell git status --porcelain 2>/dev/null | head -n 1),1,0)

define flavour
flags_$1 := $(OWN) $(CFLAGS) $(FLAGS_$1)
build/$1/%.o: %.c build/$1/flags
	$$(call say,CC $$<)
	@mkdir -p $$(@D)
	$$(Q)$(CC_$1) $$(flags_$1) $$(CPPFLAGS) $$(DEFINES) -MMD -MP -c -o $$@ $$<
build/$1/build/registry.o: build/registry.c
build/$1/harness/results/environment.o: build/$1/revision
build/$1/harness/results/environment.o: private DEFINES = \
    -DBUILD_GIT=$$(call string,$$(git)) -DBUILD_DIRTY=$(dirty) -DBUILD_FLAGS=$$(call string,$$(strip $$(flags_$1)))
build/$1/flags: FORCE
	$$(call keep,$$(CC_$1) $$(flags_$1) $$(CPPFLAGS))
build/$1/revision: FORCE
	$$(call keep,$$(git) $$(dirty))
build/$1/liblastseat.a: $(sources:%.c=build/$1/%.o) build/$1/build/registry.o build/sources
	@rm -f $$@
	$$(Q)$(AR) rcs $$@ $$(filter %.o,$$^)
# From the objects, not the archive: two files that export one name are an error here, where an archive hides it.
build/$1/lastseat: $(patsubst %.c,build/$1/%.o,$(main) $(sources)) build/$1/build/registry.o build/sources
	$$(call say,LINK $$@)
	$$(Q)$(CC_$1) $$(flags_$1) $(LDFLAGS) -o $$@ $$(filter %.o,$$^) $(LIBS) $(LDLIBS)
$(patsubst %.c,build/$1/%,$(programs) $(long)): build/$1/%: build/$1/%.o $(helpers:%.c=build/$1/%.o) build/$1/liblastseat.a
	$$(call say,LINK $$@)
	$$(Q)$(CC_$1) $$(flags_$1) $$(if $$(findstring /test_scarce,$$@),$$(scarce)) $(LDFLAGS) -o $$@ $$^ $(LIBS) -lcmocka $(LDLIBS)
-include $(patsubst %.c,build/$1/%.d,$(main) $(sources) $(programs) $(long) $(fuzzers) $(helpers)) build/$1/build/registry.d
endef
$(foreach f,plain asan tsan fuzz coverage gcc clang,$(eval $(call flavour,$f)))

$(fuzzers:%.c=build/fuzz/%): %: %.o build/fuzz/liblastseat.a
	$(call say,LINK $@)
	$(Q)$(CC_fuzz) $(flags_fuzz) -fsanitize=fuzzer $(LDFLAGS) -o $@ $^ $(LIBS) $(LDLIBS)
lastseat: build/plain/lastseat
	$(Q)cp $< build/lastseat.new && mv build/lastseat.new $@
build/sources: FORCE
	$(call keep,$(sources))
build/registry.c: strategies/registry.awk $(strategies) build/sources
	$(Q)awk -f $< $(strategies) >$@

demo: lastseat ## 15 people, 5 slots, SQLite, a few seconds: watch a race happen
	$(Q)./lastseat run small-15x5 --db sqlite --strategy naive,pessimistic --trials 1 --seed 1 --no-plots --progress plain

bench: lastseat ## race the strategies; also SCENARIOS="..." STRATEGIES=a,b DB=sqlite TRIALS=3, or make bench NAME
	$(Q)./lastseat run $(call spaces,$(SCENARIOS)) $(if $(STRATEGIES),--strategy $(call commas,$(STRATEGIES))) \
	    $(if $(DB),--db $(call commas,$(DB))) $(if $(TRIALS),--trials $(TRIALS))
$(scenarios) $(scenarios:%=bench-%): bench
	@:

new-strategy: ## write strategies/NAME.c to begin with: NAME=foo, from a template, or FROM=optimistic
	@sh strategies/new $(call quote,$(NAME)) $(call quote,$(FROM))
check-strategy: lastseat build/plain/tests/contract/test_strategy ## is it fit? S=foo or S=foo:option=value
	@sh strategies/check $(call quote,$(S))

# A flavour's tests: the units first, then what starts servers.
run-tests   = LASTSEAT=build/$1/lastseat sh tests/run $(programs:%.c=build/$1/%) $(scripts)
test: lastseat build/plain/lastseat $(programs:%.c=build/plain/%) ## everything that gates, under 4 minutes
	@$(call run-tests,plain)

every-test  = $(foreach f,plain asan tsan,build/$f/lastseat $(programs:%.c=build/$f/%))
test-long: build/plain/lastseat $(long:%.c=build/plain/%) ## every promise in every scenario, TRIALS times (default 3): a table; also SCENARIOS=, DB=
	@LASTSEAT_TRIALS='$(or $(TRIALS),3)' LASTSEAT_DB='$(DB)' $(if $(filter file,$(origin SCENARIOS)),,LASTSEAT_SCENARIOS=$(call quote,$(SCENARIOS))) LASTSEAT=build/plain/lastseat TEST_TIMEOUT=0 sh tests/run $(long:%.c=build/plain/%)
test-all: lastseat $(every-test) ## the same, the long ones, and again under ASan, UBSan and TSan
	@LASTSEAT_LONG=1 TEST_TIMEOUT=600 $(call run-tests,plain)
	@$(MAKE) --no-print-directory test-long
	@echo 'Again, under the address and undefined-behaviour sanitizers:'; TEST_TIMEOUT=600 $(call run-tests,asan)
	@echo 'Again, under the thread sanitizer:'; TEST_TIMEOUT=600 $(call run-tests,tsan)

# What judges, and the tests that need nothing but it: every branch of the former is taken by one of the latter.
judges     := $(sort $(wildcard harness/audit/*.c))
judged-by  := $(if $(filter coverage,$(goals)),$(filter tests/unit/%,$(shell grep -l harness/audit/ $(programs))))
coverage: $(judged-by:%.c=build/coverage/%) ## branches of harness/audit that its tests take, by file; all of them, or exit 1
	@sh tests/coverage '$(judges)' $(judged-by:%.c=build/coverage/%)

fuzz: $(fuzzers:%.c=build/fuzz/%) ## what reads files, given any bytes, under sanitizers: 20 s, or RUNS=10000000 of each
	@RUNS='$(RUNS)' sh tests/fuzz/run $(fuzzers:%.c=build/fuzz/%)

compiled   := $(main) $(sources) $(programs) $(long) $(fuzzers) $(helpers)
headers    := $(wildcard harness/*/*.h strategies/*.h tests/*/*.h)
lint: $(foreach f,gcc clang,$(compiled:%.c=build/$f/%.o)) ## both compilers' warnings, format, cppcheck, long files
	$(call say,clang-format)
	$(Q)clang-format --dry-run -Werror $(compiled) $(headers)
	$(call say,cppcheck)
	$(Q)cppcheck --quiet --std=c11 --library=tests/cppcheck.cfg --enable=warning,performance,portability \
	    --inline-suppr --error-exitcode=1 -I. -DHAVE_LIBPQ=1 harness strategies
	$(Q)wc -l $(compiled) | awk '$$1 > 400 && $$2 != "total" { print $$2 ": " $$1 " lines: a reason or a split" }'
	$(Q)ctags --fields=+ne --kinds-c=f -f - $(compiled) | tr '\t' ' ' | \
	    sed -n 's/^\([^ ]*\) \([^ ]*\) .* line:\([0-9]*\).* end:\([0-9]*\).*/\1 \2 \3 \4/p' | \
	    awk '$$4 - $$3 >= 60 { print $$2 ":" $$3 ": " $$1 "() is " $$4 - $$3 + 1 " lines: a reason or a split" }'

results/latest/run.json:
	@echo 'lastseat: no results yet; make them with: make bench' >&2; exit 2
results/latest/report.md: results/latest/run.json $(wildcard plots/*.gp) | lastseat
	$(Q)./lastseat report results/latest
report: lastseat results/latest/run.json ## print the last run's table again; rewrite its report and plots
	$(Q)./lastseat report results/latest
plots: results/latest/report.md ## redraw the last run's report and plots, if a script in plots/ has changed
list: lastseat ## strategies, scenarios and databases
	$(Q)./lastseat list

docs: lastseat ## rewrite what is generated: scenarios/README.md, the pages in strategies/
	$(Q)./lastseat help readme >build/page && mv build/page scenarios/README.md
	$(Q)awk -f strategies/catalogue.awk strategies/README.md strategies/README.md >build/page && mv build/page strategies/README.md
	$(Q)sh strategies/rogues/matrix >build/page && mv build/page strategies/rogues/README.md
	$(Q)awk -f strategies/stories.awk strategies/STORIES.md >build/stories && mv build/stories strategies/STORIES.md
kill-matrix: lastseat ## what each rogue breaks on each database, how it is found, and how often under load
	$(Q)sh strategies/rogues/matrix load >build/page; code=$$?; cat build/page; [ $$code -eq 0 ] || exit $$code; \
	    mv build/page strategies/rogues/README.md
PERFORMANCE_FINDINGS.md: results/reference/findings.awk results/reference/findings.md.in $(wildcard results/reference/*/cells.csv results/reference/*/breakpoint.csv results/reference/promises/*.txt)
	$(Q)awk -f $(filter %.awk %.in,$^) >$@.new && mv $@.new $@
findings: PERFORMANCE_FINDINGS.md ## take the findings' numbers from the committed runs again

setup: ## install what bench and test need (Debian packages)
	@SETUP='$(SETUP)' sh .ci/setup build run test
clean: ## remove what was built, never results
	rm -rf build lastseat
clean-results: ## remove every run but results/reference, and keep the calibration
	find results -mindepth 1 -maxdepth 1 ! -name reference ! -name README.md ! -name '*.schema.json' \
	    ! -name calibration.json -exec rm -rf {} +
help: ## this
	@awk -F ':.*## ' '/^[a-z-]+:.*## / { line = sprintf("make %-15s", $$1); n = split($$2, word, " "); \
	    for (i = 1; i <= n; line = line " " word[i++]) \
	        if (length(line word[i]) >= 80) { print line; line = sprintf("%20s", "") } \
	    print line }' $(firstword $(MAKEFILE_LIST))
