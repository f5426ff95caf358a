# Every target in one line: make, or make help.

SHELL := bash
.SHELLFLAGS := -euo pipefail -c
.DEFAULT_GOAL := help
MAKEFLAGS += --no-builtin-rules
.NOTPARALLEL:

GO       ?= go
TOOL      = $(GO) tool -modfile=.tools/go.mod
TAGS      = e2e,contract,$(HTTP)
PKG      ?= ./...
FUZZTIME ?= 10m
CAMPAIGN ?= 1h
COUNT    ?= 6
STARTS   ?= 10

# AWS's endpoints speak HTTP/1.1, of which we open as many connections as we
# need. The HTTP/2 that net/http brings along would be half a megabyte for nobody.
HTTP      = nethttpomithttp2

# With and without -trimpath or cgo the go command builds everything twice, the AWS
# SDK included (80 s on two cores): what looks at packages uses those of "make build".
AS_BUILT = CGO_ENABLED=0 GOFLAGS="$${GOFLAGS:-} -trimpath"

# Limits of the stripped program: its bytes, and the methods of the EC2 client in
# it, which are the calls that we use and five. Far more of them mean that the
# linker has given up removing dead ones: see "make size". It was 16.7 MB before
# it looked for who uses images, what they cost, who may launch them and what is wrong
# with them: fourteen more calls of EC2, and the clients of fifteen more services;
# docs/performance.md says where the rest went. Deeds call fifteen more of EC2.
MAX_BYTES       ?= 30500000
MAX_EC2_METHODS ?= 43

# The packages with tests in which a line matches: those that compare with golden
# files (and so know the flag -update), those with fuzz targets, those with tests
# under a build tag.
SRC       = cmd tui model awsclient cache
packages  = $(shell grep -rlE --include='*_test.go' '$(1)' $(SRC) | sed 's|/[^/]*$$||; s|^|./|' | sort -u)
GOLDEN    = $(call packages,x/exp/golden"|flag\.Bool."update")
FUZZ      = $(call packages,^func Fuzz)
E2E       = $(call packages,^//go:build .*e2e)
CONTRACT  = $(call packages,^//go:build .*contract)

.PHONY: help
help: ## show this help
	@awk -F ':.*## ' '/^[a-z0-9-]+:.*## / { printf "  %-11s %s\n", $$1, $$2 }' $(MAKEFILE_LIST)

# --- use -------------------------------------------------------------------

.PHONY: build
build: ## build bin/amiscope
	CGO_ENABLED=0 $(GO) build -trimpath -tags $(HTTP) -ldflags '-s -w' -o bin/amiscope ./cmd/amiscope

.PHONY: run
run: build ## build and start it on your own AWS accounts; ARGS="list -o json" for a verb
	bin/amiscope $(ARGS)

.PHONY: demo
demo: build ## build and start it on an AWS of its own: no account, no network
	bin/amiscope demo $(ARGS)

# --- test ------------------------------------------------------------------

.PHONY: test
test: ## unit tests; needs Go and nothing else
	CGO_ENABLED=0 $(GO) test -tags $(HTTP) $(PKG)

.PHONY: race
race: ## the same tests under the race detector (needs a C compiler)
	CGO_ENABLED=1 $(GO) test -race -tags $(HTTP) $(PKG)

.PHONY: e2e
e2e: build ## drive the built program in a pseudo-terminal
	AMISCOPE_BIN=$(CURDIR)/bin/amiscope $(GO) test -count=1 -tags e2e,$(HTTP) $(E2E)

.PHONY: contract
contract: tools-contract ## hold us against moto_server and the aws command line
	$(GO) test -count=1 -tags contract,$(HTTP) $(CONTRACT)

# A cache file unpacks to much: shrinking an input to a minute's worth of tries
# would take the whole of its time, so five must do.
.PHONY: fuzz
fuzz: campaigns ## every fuzz target in turn, FUZZTIME=10m each, after the campaigns (CAMPAIGN=1h)
	for pkg in $(FUZZ); do \
	  for target in $$($(GO) test -list '^Fuzz' $$pkg | grep '^Fuzz'); do \
	    echo "== $$pkg $$target"; \
	    $(GO) test -run '^$$' -fuzz "^$$target\$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5x $$pkg || exit 1; \
	  done; \
	done

# What make check has a twentieth or less of, in full: docs/reliability.md.
.PHONY: campaigns
campaigns: build ## 50,000 companies judged, 200 scans and 1,000 deeds killed, an hour of random keys, 50,000 intents; AMISCOPE_SEED=2 for others
	AMISCOPE_CAMPAIGN=$(CAMPAIGN) $(GO) test -count=1 -v -timeout 1h -run '^(TestNoWrongUnused|TestRandomIntents)$$' ./model ./tui
	AMISCOPE_CAMPAIGN=$(CAMPAIGN) AMISCOPE_BIN=$(CURDIR)/bin/amiscope $(GO) test -count=1 -v -tags e2e -timeout 0 \
	  -run '^(TestKilledScans|TestKilledDeeds|TestRandomKeys)$$' ./cmd/amiscope

.PHONY: bench
bench: ## benchmarks; compared with bin/bench.old if that is there
	mkdir -p bin
	$(GO) test -tags $(HTTP) -run '^$$' -bench . -benchmem -count $(COUNT) $(PKG) | tee bin/bench.txt
	$(TOOL) benchstat $(wildcard bin/bench.old) bin/bench.txt

.PHONY: bench-start
bench-start: build ## the built program's start on a cache of 100,000 images, STARTS=10 times
	AMISCOPE_BIN=$(CURDIR)/bin/amiscope $(GO) test -tags e2e,$(HTTP) -run '^$$' -bench '^BenchmarkStart$$' -benchtime $(STARTS)x ./cmd/amiscope

.PHONY: golden
golden: ## rewrite the golden files; review the difference like code
	if [ -n '$(GOLDEN)' ]; then $(GO) test $(GOLDEN) -update; fi

# --- keep in order ---------------------------------------------------------

.PHONY: fmt
fmt: ## format all Go files
	$(TOOL) golangci-lint fmt

.PHONY: lint
lint: ## golangci-lint with the house rules
	$(AS_BUILT) $(TOOL) golangci-lint run $(PKG)

.PHONY: docs
docs: ## regenerate what is generated: go generate, then the pages under docs/
	$(GO) generate ./...
	if [ -n '$(GOLDEN)' ]; then $(GO) test $(GOLDEN) -run '^Test(Docs|Reference)' -update; fi

.PHONY: check
check: check-format check-tidy lint vet size check-tests ## all that CI runs: every test once, under the race detector
	@echo 'check: all is well'

# The parts of check. Generated files are held fresh by tests.

.PHONY: check-format check-tidy vet size check-tests tools-contract

check-format:
	unformatted=$$($(TOOL) gofumpt -l $(SRC)) || exit 1; \
	if [ -n "$$unformatted" ]; then echo "make fmt would change:"; echo "$$unformatted"; exit 1; fi

check-tidy:
	$(GO) mod tidy -diff
	$(GO) -C .tools mod tidy -diff

vet:
	$(AS_BUILT) $(GO) vet -tags $(TAGS) ./...

# A linked text/template or MethodByName keeps every method of every client that
# sits in an interface: 33 MB of EC2 alone. Symbols exist only without -s -w.
size: build
	CGO_ENABLED=0 $(GO) build -trimpath -tags $(HTTP) -o bin/amiscope.symbols ./cmd/amiscope
	bytes=$$(wc -c < bin/amiscope); \
	methods=$$($(GO) tool nm bin/amiscope.symbols | grep -cE 'service/ec2\.\(\*Client\)\.[A-Z]' || true); \
	echo "bin/amiscope: $$bytes bytes (at most $(MAX_BYTES)), $$methods EC2 methods (at most $(MAX_EC2_METHODS))"; \
	[ "$$bytes" -le $(MAX_BYTES) ] && [ "$$methods" -le $(MAX_EC2_METHODS) ]

# The end-to-end tests drive a program that has the race detector in it too: a
# race ends it with code 66. -count=1: what is built and what others wrote
# (moto_server, aws) is outside what the test cache can see.
check-tests: tools-contract
	CGO_ENABLED=1 $(GO) build -race -tags $(HTTP) -o bin/amiscope.race ./cmd/amiscope
	AMISCOPE_BIN=$(CURDIR)/bin/amiscope.race CGO_ENABLED=1 $(GO) test -race -count=1 -tags $(TAGS) -timeout 30m ./...

tools-contract:
	@for tool in moto_server aws; do \
	  command -v $$tool >/dev/null || { echo "the contract tests need $$tool on PATH; .ci/run says how to get it" >&2; exit 1; }; \
	done
