# Each target sets up what it needs; the second time it finds everything in place.
PYTHON ?= python3
SERVICE := .venv/.service
DEV := .venv/.dev
TRAIN := .venv-train/.train
BENCH := .venv-bench/.bench
PIP := -m pip --disable-pip-version-check install --quiet
LOCKED := $(PIP) --require-hashes --requirement
EDITABLE := $(PIP) --no-deps --no-build-isolation --editable .
TORCH := $(PIP) --requirement requirements/torch.txt

define service_into
@test -x $(1)/bin/python || $(PYTHON) -m venv $(1)
@$(1)/bin/python $(LOCKED) requirements/service.txt
endef

define torch_into
@$(1)/bin/python $(TORCH)
@$(1)/bin/python $(EDITABLE)
@$(1)/bin/python tools/fetch_weights.py base-model
endef
export OMP_WAIT_POLICY = PASSIVE
export MLFLOW_ALLOW_PICKLE_DESERIALIZATION = false

.PHONY: help demo test test-service test-training test-all setup train-setup teacher-setup bench-setup check train lock proto reference sbom demo-captures clean

help:
	@echo "make demo          score the sample captures and write demo/report.html"
	@echo "make test          lint, types, import rules and tests"
	@echo "make setup         only the service, into .venv"
	@echo "make train-setup   the training extra as well, into .venv-train"
	@echo "make teacher-setup the large encoder that teaches the small one (another 0.4 GB)"
	@echo "make bench-setup   the peers of the benchmarks, into .venv-bench"
	@echo "make sbom          bill of materials of the service (CycloneDX), sbom.cdx.json"
	@echo "make train         train, export, calibrate and evaluate a model"

demo: $(SERVICE)
	@.venv/bin/python -m demo.run

test: $(DEV) $(TRAIN) check test-service test-training

# Two processes, each with whole files: a test is mostly one thread.
test-service: $(DEV)
	.venv/bin/python -m pytest -m "not training and not slow" --numprocesses 2 --dist loadfile

test-training: $(TRAIN)
	.venv-train/bin/python -m pytest -m "training and not slow"

test-all: $(DEV) $(TRAIN) check
	.venv/bin/python -m pytest -m "not training"
	.venv-train/bin/python -m pytest -m training

check: $(DEV)
	.venv/bin/ruff check .
	.venv/bin/ruff format --check .
	.venv/bin/mypy
	.venv/bin/lint-imports
	.venv/bin/buf lint
	.venv/bin/buf format --diff --exit-code
	.venv/bin/secondglance lexicon lint

setup: $(SERVICE)

$(SERVICE): requirements/service.txt pyproject.toml tools/fetch_weights.py tools/prune_recogniser.py tools/check_system.py
	@$(PYTHON) tools/check_system.py
	@echo "setup: the service, into .venv (about 1 GB, some two minutes the first time)"
	$(call service_into,.venv)
	@.venv/bin/python $(EDITABLE)
	@.venv/bin/python tools/fetch_weights.py ocr
	@.venv/bin/python tools/prune_recogniser.py
	@touch $@

$(DEV): $(SERVICE) requirements/dev.txt
	@echo "setup: tools for tests and checks, into .venv"
	@.venv/bin/python $(LOCKED) requirements/dev.txt
	@touch $@

train-setup: $(TRAIN)

teacher-setup: $(TRAIN)
	@.venv-train/bin/python tools/fetch_weights.py teacher

$(TRAIN): $(SERVICE) requirements/train.txt requirements/torch.txt requirements/dev.txt
	@echo "setup: the training extra, into .venv-train (some three minutes the first time)"
	$(call service_into,.venv-train)
	@.venv-train/bin/python $(LOCKED) requirements/train.txt
	@.venv-train/bin/python $(LOCKED) requirements/dev.txt
	$(call torch_into,.venv-train)
	@touch $@

bench-setup: $(BENCH)

$(BENCH): $(SERVICE) requirements/bench.txt requirements/torch.txt
	@echo "setup: the peers of the benchmarks, into .venv-bench (some three minutes the first time)"
	$(call service_into,.venv-bench)
	@.venv-bench/bin/python $(PIP) --no-deps --require-hashes --requirement requirements/bench.txt
	$(call torch_into,.venv-bench)
	@touch $@

# The large encoder first (hours on two cores); it teaches the small one, and is asked beside it.
train: teacher-setup
	.venv-train/bin/secondglance train --run teacher --encoder large --epochs 4
	.venv-train/bin/secondglance teach --run teacher
	.venv-train/bin/secondglance train --teacher teacher
	.venv-train/bin/secondglance rationale
	.venv-train/bin/secondglance export --second teacher
	.venv-train/bin/secondglance calibrate --asking-alpha 0.0025
	.venv-train/bin/secondglance promote --dry-run

# Bill of materials (CycloneDX) of what the service runs on, as locked.
sbom: sbom.cdx.json

sbom.cdx.json: requirements/service.txt requirements/sbom.txt pyproject.toml
	@test -x .venv-sbom/bin/python || $(PYTHON) -m venv .venv-sbom
	@.venv-sbom/bin/python $(LOCKED) requirements/sbom.txt
	@.venv-sbom/bin/cyclonedx-py requirements requirements/service.txt --pyproject pyproject.toml --output-reproducible --output-file $@
	@echo "sbom: $@"

# For maintainers: exact versions with hashes, for every platform and Python from 3.11 on.
lock:
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-header -o requirements/service.txt requirements/service.in
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-header -c requirements/service.txt -o requirements/train.txt requirements/train.in
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-header -c requirements/service.txt -c requirements/train.txt -o requirements/dev.txt requirements/dev.in
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-header -c requirements/service.txt -c requirements/train.txt --override requirements/bench-overrides.txt -o requirements/bench.txt requirements/bench.in
	uv pip compile -q --universal --python-version 3.11 --generate-hashes --no-annotate --no-emit-index-url --no-header -o requirements/sbom.txt requirements/sbom.in

# For maintainers: the gRPC code that is committed.
proto: $(DEV)
	.venv/bin/python -m grpc_tools.protoc -I . --python_out=. --pyi_out=. --grpc_python_out=. serving/proto/scoring.proto

# For maintainers: the API reference that is committed.
reference: $(DEV)
	.venv/bin/python -m tools.make_reference

# For maintainers, with a Chromium browser on the PATH: draws the sample captures again.
demo-captures: $(SERVICE)
	.venv/bin/python -m demo.make_pictures
	.venv/bin/python -m demo.render

clean:
	rm -rf .venv .venv-train .venv-bench .venv-sbom sbom.cdx.json .weights .mypy_cache .ruff_cache .pytest_cache
