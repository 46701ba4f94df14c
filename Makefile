# Miedza. `make` alone shows what there is.
.DEFAULT_GOAL := help
SHELL := /bin/bash
export MIEDZA_PORT ?= 8000
export MIEDZA_STATE ?= $(CURDIR)/.state
UV = $(MIEDZA_STATE)/tools/bin/uv
RUN = $(UV) run --no-sync

.PHONY: help up down reset test lint bench demo-data audit fuzz cite

help: ## this list
	@grep -hE '^[a-z-]+:.*## ' $(MAKEFILE_LIST) | awk -F':.*## ' '{ printf "  make %-10s %s\n", $$1, $$2 }'

up: ## install what is missing, start the database, load the demo, build, serve (DETACH=1: in the background)
	@DETACH=$(DETACH) deploy/up.sh

down: ## stop the server and the private database
	@deploy/down.sh

reset: ## drop the private state: database, issued documents, tools
	@deploy/reset.sh

test: ## set up, then everything: lint, types, layers, migrations, tests on PostGIS and in Chromium
	@deploy/test.sh

lint: ## formatting, style, types, layers, migrations
	@deploy/lint.sh

bench: ## measure the figures of docs/performance.md on the demo data
	@deploy/bench.sh

demo-data: ## load the demo municipalities (FORCE=1: anew)
	@deploy/demo.sh $(if $(FORCE),--force)

audit: ## known vulnerabilities in the locked packages
	@deploy/python.sh && $(UV) tool run pip-audit --disable-pip --require-hashes -r <($(UV) export --locked --no-dev --format requirements-txt -q)

fuzz: ## odd requests against a running office, ours and schemathesis' (SITE=http://localhost:8000 NUMBER=100000 SEED=1 EXAMPLES=300)
	@deploy/python.sh && $(RUN) python -m tests.fuzz "$${SITE:-http://localhost:$(MIEDZA_PORT)}" "$${NUMBER:-100000}" $${SEED:-}
	@$(UV) tool run schemathesis@4.32.5 run "$${SITE:-http://localhost:$(MIEDZA_PORT)}/ogc/openapi?f=json" --checks not_a_server_error \
	  --continue-on-failure --no-color --generation-database none --suppress-health-check all --max-examples "$${EXAMPLES:-300}" --seed "$${SEED:-1}"

cite: ## OGC conformance: own assertions, then the real Java suites (ETS="path/ets-*-aio.jar ...")
	@deploy/cite.sh
