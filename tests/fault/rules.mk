# Shims for LD_PRELOAD: what the disk keeps through a power cut, and the Nth call that fails. They
# stand between any program and libc, so neither sanitizers nor fortified calls go into them.
SHIMS := $(patsubst tests/fault/shim/%.c,$(BUILD)/shim_%.so,$(wildcard tests/fault/shim/*.c))
$(BUILD)/shim_%.so: tests/fault/shim/%.c
	@mkdir -p $(@D)
	@echo "LD $@"
	@$(CC) -std=gnu11 -D_GNU_SOURCE -O2 -g $(filter-out -Wpointer-arith,$(WARN)) -fPIC -shared -o $@ $< -ldl

fault-programs: bench-programs $(SHIMS)

# KILLS=n: how often each is killed; CUTS=n: power cuts. FAILOVERS=n: masters lost. CROWD=n: how many
# wait when the lead is taken over. SEED=n: repeat a run.
fault: all fault-programs
	TRIAGED_BUILD=$(abspath $(BUILD)) $(PYTHON) -m pytest -q -s -p no:cacheprovider tests/fault

# The figures to reach before a release; takes a while.
torture:
	KILLS=200 STORE_KILLS=60 CUTS=40 FAILOVERS=15 CROWD=100000 NTH=all HOSTILE=full SOAK=600 $(MAKE) fault

.PHONY: fault fault-programs torture
