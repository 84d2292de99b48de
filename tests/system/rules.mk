system: all
	$(PYTHON) -m pytest -q -p no:cacheprovider tests/system

.PHONY: system
