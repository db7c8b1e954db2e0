# Two commands set everything up on a fresh machine: `make run` and `make test`.

VENV := .venv
BIN := $(VENV)/bin
PYTHON ?= python3
PIP := $(BIN)/python -m pip --disable-pip-version-check --quiet

.PHONY: run test check format words bench bench-quick fit clean

run: $(VENV)/.installed
	@$(BIN)/dateline index seeds
	@$(BIN)/dateline run

test: $(VENV)/.developing
	@$(BIN)/python -m pytest -q

check: $(VENV)/.developing
	$(BIN)/ruff format --check .
	$(BIN)/ruff check .
	$(BIN)/mypy
	$(BIN)/lint-imports
	$(BIN)/python -m pytest -q

format: $(VENV)/.developing
	$(BIN)/ruff check --fix .
	$(BIN)/ruff format .

# Brings each translation up to what the code says now; what is new in it waits there for its words.
words: $(VENV)/.developing
	@$(BIN)/pybabel -q extract --no-default-keywords -k say -k count:1,2 -k mark -k QuestionError \
		--omit-header --no-location -o $(VENV)/words.pot bot index
	@for file in bot/languages/*.po; do $(BIN)/pybabel -q update -i $(VENV)/words.pot -o $$file \
		-l $$(basename $$file .po) --no-fuzzy-matching --ignore-obsolete --omit-header --width=100 || exit 1; done

bench: $(VENV)/.benching
	@test -n "$(SET)" || { echo "error: name a BEIR-form folder: make bench SET=path/to/folder" >&2; exit 1; }
	$(BIN)/python benchmarks/indexing.py $(SET)
	$(BIN)/python benchmarks/questions.py $(SET)
	$(BIN)/python benchmarks/fusion.py $(SET)
	$(BIN)/python benchmarks/copies.py
	$(BIN)/python benchmarks/reading.py
	$(BIN)/python benchmarks/hostility.py
	$(BIN)/python benchmarks/encoding.py $(SET)
	$(BIN)/python benchmarks/starting.py $(SET)
	$(BIN)/python benchmarks/spent.py $(SET)
	$(BIN)/python benchmarks/many.py $(SET)
	$(BIN)/python benchmarks/chats.py $(SET)
	$(BIN)/python benchmarks/peers.py $(SET)
	$(BIN)/python benchmarks/plots.py

# This commit against the one last recorded, in two minutes: RECORD=--record makes it the one to compare with.
bench-quick: $(VENV)/.developing
	@test -n "$(SET)" || { echo "error: name a BEIR-form folder: make bench-quick SET=path/to/folder" >&2; exit 1; }
	@$(BIN)/python benchmarks/quick.py $(SET) $(RECORD)

# Fits what stands in index/answering/coefficients.json anew.
fit: $(VENV)/.developing
	@test -n "$(SET)" || { echo "error: name a BEIR-form folder: make fit SET=path/to/folder" >&2; exit 1; }
	$(BIN)/python benchmarks/fitting.py $(SET)

clean:
	rm -rf $(VENV) .mypy_cache .pytest_cache .ruff_cache .import_linter_cache .hypothesis *.egg-info

# torch goes in by itself and first: asked for exactly like this, pip takes a build for the processor
# alone where the machine offers one.
$(VENV)/.installed: pyproject.toml constraints.txt
	@$(PYTHON) -c 'import sys; sys.exit(sys.version_info < (3, 11))' \
		|| { echo "error: Python 3.11 or newer is needed; name one with: make run PYTHON=python3.12" >&2; exit 1; }
	@echo "setting up $(VENV), which takes a few minutes the first time" >&2
	@test -x $(BIN)/python || $(PYTHON) -m venv $(VENV)
	@$(PIP) install 'pip>=26' >&2
	@$(PIP) install torch==2.13.0 >&2
	@$(PIP) install --constraint constraints.txt --editable . >&2
	@touch $@

$(VENV)/.developing: $(VENV)/.installed
	@$(PIP) install --constraint constraints.txt --editable '.[dev]' >&2
	@touch $@

$(VENV)/.benching: $(VENV)/.developing
	@$(PIP) install --constraint constraints.txt --editable '.[bench]' >&2
	@touch $@
