# Load generator, its peers' clients, and the benchmarks.

LOADGEN_OBJ := $(patsubst %.c,$(BUILD)/%.o,$(wildcard tests/bench/loadgen/*.c))
BENCH_SHARED := $(BUILD)/tests/bench/loadgen/peer.o $(BUILD)/tests/bench/loadgen/samples.o
BENCH_PROGRAMS := $(BUILD)/loadgen $(BUILD)/bean $(BUILD)/fcall $(BUILD)/bench_store $(BUILD)/bench_replay \
                  $(BUILD)/bench_triage

$(BUILD)/loadgen: $(LOADGEN_OBJ) $(call libs_upto,edge)
	@echo "LD $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $^ $(PKG_LIBS) -lm

$(BUILD)/bean $(BUILD)/fcall: $(BUILD)/%: $(BUILD)/tests/bench/%.o $(BENCH_SHARED) $(call libs_upto,edge)
	@echo "LD $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $^ $(PKG_LIBS)

$(BUILD)/bench_store: $(BUILD)/tests/bench/bench_store.o $(call libs_upto,store)
	@echo "LD $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $^ $(PKG_LIBS) -lpthread

$(BUILD)/bench_triage: $(BUILD)/tests/bench/bench_triage.o $(LIBS_ALL)
	@echo "LD $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $^ $(PKG_LIBS) -lpthread

$(BUILD)/bench_replay: $(BUILD)/tests/bench/bench_replay.o $(LIBS_ALL)
	@echo "LD $@"
	@$(CC) $(LDFLAGS_ALL) -o $@ $^ $(PKG_LIBS) -lpthread

bench-programs: $(BENCH_PROGRAMS)

BENCH_ARGS ?=
bench: all bench-programs $(BUILD)/shim_slow_sync.so
	$(PYTHON) tests/bench/run --build $(BUILD) $(BENCH_ARGS)

.PHONY: bench bench-programs
