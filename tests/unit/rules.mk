# What the unit tests of a layer run of it: make coverage LAYER=core
LAYER ?= core
coverage:
	$(MAKE) -s BUILD=build/cov OPT="-O0 -g" SAN=--coverage \
		$(patsubst %.c,build/cov/%,$(wildcard tests/unit/$(LAYER)/test_*.c))
	tests/unit/coverage.py $(LAYER)

.PHONY: coverage
