# Sve Tu Platforma. `make help` lists the verbs.
SHELL := /bin/bash
.DEFAULT_GOAL := help
.PHONY: help up start stop cluster build binary site install test test-rust test-web test-e2e test-engines test-cluster chaos engines oidc-matrix torture check fmt bench bench-engines screens openapi sqlx clean

LISTINGS ?= 5000
SEED ?= 1
export NEXT_TELEMETRY_DISABLED := 1
export SQLX_OFFLINE := true
# What the binary of a cluster has besides.
ENGINES := svetu/engines,svetu-postgres/engine
# Where cargo puts what it builds; a cache outside the checkout may be named here.
TARGET := $(or $(CARGO_TARGET_DIR),target)
SVETU := $(TARGET)/debug/svetu

help: ## list the verbs
	@grep -hE '^[a-z0-9-]+:.*## ' $(MAKEFILE_LIST) | sort | awk -F':.*## ' '{printf "  make %-13s %s\n", $$1, $$2}'

up: build ## install what is missing, build, start, load demo data, print URLs and accounts (Ctrl-C ends it)
	$(SVETU) up --demo $(LISTINGS) --demo-seed $(SEED)

start: build ## the same in the background
	$(SVETU) up --demo $(LISTINGS) --demo-seed $(SEED) --detach

stop: ## end what `make start` started
	$(SVETU) stop

cluster: install web/node_modules/.installed ## the same as a cluster on real engines: every service its own process (wants Java, Maven and Go; `make stop` ends it, `cargo xtask engines down` its engines)
	cargo build --locked --package svetu --features engines
	cargo build --locked --package xtask
	scripts/build-site.sh
	mkdir -p .cache && cargo xtask engines up kafka opensearch redis minio >.cache/engines.env
	while IFS= read -r line; do export "$$line"; done <.cache/engines.env; \
	  $(SVETU) cluster up --file deploy/local/cluster.toml --demo $(LISTINGS)

build: install ## build the binary and the site, side by side
	@$(MAKE) --no-print-directory -j2 binary site

# Cargo takes the cores that are free, not the two places of this make.
binary:
	env -u MAKEFLAGS -u MFLAGS cargo build --locked --package svetu

site: web/node_modules/.installed
	scripts/build-site.sh

install:
	@scripts/install.sh run

web/node_modules/.installed: web/package-lock.json web/package.json
	cd web && npm ci --no-audit --no-fund
	@touch $@

test: test-rust test-web test-e2e ## all tests

test-rust: install-test
	scripts/test-rust.sh

test-web: web/node_modules/.installed
	cd web && npm test

# The binary that the Rust tests built serves: the same features, nothing compiled twice.
test-e2e: install-test web/node_modules/.installed
	scripts/test-rust.sh build
	scripts/build-site.sh
	scripts/test-e2e.sh

test-engines: ## the adapters of Kafka, OpenSearch, Redis and S3 on the real engines (wants Java, Maven and Go); PostgreSQL with a replica and pgbouncer
	scripts/test-engines.sh

engines: ## install and start Kafka, OpenSearch, Redis, MinIO, Jaeger, PostgreSQL, a replica and pgbouncer on this machine, print their URLs (`cargo xtask engines down` ends them)
	@cargo xtask engines up

test-cluster: install-test web/node_modules/.installed ## what people and programs do, against a cluster on real engines
	SVETU_FEATURES=$(ENGINES) scripts/test-rust.sh build
	scripts/build-site.sh
	scripts/test-e2e.sh cluster api+journeys

chaos: install-test web/node_modules/.installed ## ten minutes of dying and freezing processes and engines under a cluster that is used (SVETU_CHAOS_SEED=N repeats one)
	SVETU_FEATURES=$(ENGINES) scripts/test-rust.sh build
	scripts/build-site.sh
	scripts/test-e2e.sh cluster chaos

oidc-matrix: web/node_modules/.installed ## six OpenID clients of other people sign in at a platform of its own
	cargo build --locked --workspace --bins --example openidconnect
	scripts/build-site.sh
	scripts/oidc-matrix.sh

install-test:
	@scripts/install.sh test

torture: install-test build ## kill the binary 50 times while it posts, imports and indexes, and 50 times while people sign in
	SVETU_TORTURE_ROUNDS=50 scripts/test-rust.sh torture

check: install-test web/node_modules/.installed ## format, lints, layers, types, licences, unused dependencies, generated files
	scripts/check.sh

fmt: ## format everything
	cargo fmt --all
	cd web && npm run format

bench: install-test ## measure against the rivals, write docs/benchmarks.md
	scripts/bench.sh

bench-engines: install-test ## each port on its embedded and on its real engine, into docs/benchmarks.md (wants Java, Maven and Go)
	scripts/bench.sh engines

screens: install-test build ## screenshots of every page into web/screens
	scripts/test-e2e.sh screens

openapi: ## write openapi/svetu.json and the site's client from the handlers
	cargo run --quiet --package svetu -- openapi > openapi/svetu.json.new && mv openapi/svetu.json.new openapi/svetu.json
	cd web && npm run generate

sqlx: install ## write the offline data of compile-time checked SQL
	cargo xtask sqlx

clean: ## forget what was built (not the data in .svetu)
	rm -rf $(TARGET) web/apps/site/.next web/node_modules
