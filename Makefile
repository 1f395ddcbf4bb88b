# What people do with this repository. `make help` lists it.
CARGO ?= cargo
LINES ?= 100000
DEMO ?= output/demo
FEATURES ?=
CLIENTELE = target/debug/clientele

.PHONY: help demo run check model test sql bless bench build

help: ## this list
	@grep -E '^[a-z]+:.*##' $(MAKEFILE_LIST) | sed -E 's/:.*## /\t/' | expand -t 12

build:
	$(CARGO) build --bin clientele $(FEATURES)

demo: build ## the generated shop, every table, the most telling rows
	@test -f $(DEMO)/shop/truth.json || { rm -rf $(DEMO)/shop; $(CLIENTELE) generate $(DEMO)/shop --lines $(LINES); }
	DEMO=$(DEMO) $(CLIENTELE) run jobs/demo.yaml > $(DEMO)/summary.json
	@DEMO=$(DEMO) $(CLIENTELE) show jobs/demo.yaml

run: build ## one job: make run JOB=jobs/nightly.yaml
	$(CLIENTELE) run $(JOB)

check: ## format, lints, documentation
	$(CARGO) fmt --all --check
	$(CARGO) clippy --workspace --all-targets $(FEATURES) -- -D warnings
	RUSTDOCFLAGS="-D warnings" $(CARGO) doc --workspace --no-deps --quiet $(FEATURES)

model: ## the mathematics alone
	$(CARGO) test -p clientele-model

sql: ## every SQL file over rows that a person can check
	$(CARGO) test --test it sql::

test: check ## everything
	$(CARGO) test --workspace $(FEATURES)

bless: ## take the present answers as the right ones; then read the difference
	BLESS=1 INSTA_UPDATE=always $(CARGO) test --test it

bench: ## rows per second and memory of every table, beside the plain scan, the engine alone and other engines
	./tests/bench/run.sh
