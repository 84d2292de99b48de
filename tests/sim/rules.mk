# The simulator: whole nodes in one thread against models of everything else; see README.

# make check SIM_COUNT=200 for fewer.
SIM_COUNT ?= 2000
SIM_SRC   := $(wildcard tests/sim/*.c)
SIM_OBJ   := $(patsubst %.c,$(BUILD)/%.o,$(SIM_SRC))
# Time, chance, memory, disks and the log are the simulator's; every step of a core is checked.
SIM_WRAP  := mono_now mono_since_ms wall_now_ms RAND_bytes log_event check_failed mem_zalloc \
             mem_resize core_apply open64 close pread64 pwrite64 fsync fdatasync fallocate64 \
             fstat64 unlink mkdir opendir readdir64 closedir malloc calloc realloc free
SIM_LINK  := $(SIM_WRAP:%=-Wl,--wrap=%)

$(BUILD)/sim: $(SIM_OBJ) $(LIBS_ALL)
	@echo "LD $@"
	@$(CC) $(LDFLAGS_ALL) $(SIM_LINK) -o $@ $(SIM_OBJ) $(LIBS_ALL) $(PKG_LIBS) -lpthread -lm

sim-program: $(BUILD)/sim
check: $(if $(SAN),,sim)
sim: $(BUILD)/sim
	$(BUILD)/sim --seeds tests/sim/seeds.txt --count $(SIM_COUNT)

.PHONY: sim sim-program

# One planted fault each, by mutants.py: the faulty file's object stands in for the library's.
$(BUILD)/mutants/%/sim: $(BUILD)/mutants/%/mutant.c $(SIM_OBJ) $(LIBS_ALL)
	@$(CC) $(CFLAGS_ALL) -w -MF /dev/null -iquote $(MUTANT_DIR) -c -o $(@D)/mutant.o $<
	@$(CC) $(LDFLAGS_ALL) $(SIM_LINK) -o $@ $(@D)/mutant.o $(SIM_OBJ) $(LIBS_ALL) $(PKG_LIBS) \
		-lpthread -lm

sim-mutants: $(BUILD)/sim
	TRIAGED_BUILD=$(abspath $(BUILD)) $(PYTHON) tests/sim/mutants.py

.PHONY: sim-mutants
