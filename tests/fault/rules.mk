# KILLS=n: how often each is killed. SEED=n: repeat a run.
fault: all bench-programs
	TRIAGED_BUILD=$(abspath $(BUILD)) $(PYTHON) -m pytest -q -s -p no:cacheprovider tests/fault

.PHONY: fault
