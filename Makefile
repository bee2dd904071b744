# `make help` lists the targets. They work on Debian 12 with Swift 6.3; what else they need, they install.

SHELL := /bin/bash
SWIFT ?= swift
STRICT := -Xswiftc -warnings-as-errors --explicit-target-dependency-import-check error
RELEASE := -c release --product serin --static-swift-stdlib
BINARY := $(CURDIR)/.build/release/serin

.DEFAULT_GOAL := help
.PHONY: help setup setup-build build demo test lint size imports manifests tsan asan simulate bench bench-analyses bench-routes ci clean

help: ## List the targets.
	@sed -nE 's/^([a-z-]+):.*## (.*)/  make \1\t\2/p' $(MAKEFILE_LIST) | expand -t 20

setup: ## Install what is missing to build and to test.
	@.ci/setup build test

setup-build:
	@.ci/setup build

build: setup-build ## Build the release binary, .build/release/serin.
	$(SWIFT) build $(RELEASE)

demo: build ## Watch one release promoted and one rolled back, on an embedded cluster.
	$(BINARY) demo

test: setup ## Build everything with warnings as errors and run all tests.
	$(SWIFT) build $(RELEASE)
	$(SWIFT) build --build-tests $(STRICT)
	@SERIN_BINARY=$(BINARY) .ci/test $(SWIFT) test --skip-build --disable-xctest $(STRICT)

lint: ## Check the format of every Swift file.
	$(SWIFT) format lint --strict --parallel -r Sources Tests Package.swift Benchmarks/Sources Benchmarks/Package.swift

size: ## Check the size of the stripped release binary and what it links.
	@.ci/size $(BINARY)

imports: ## Check the imports of every target against .ci/allowed-imports.
	@.ci/imports

manifests: setup ## Check that deploy/ renders, and that every example is valid.
	@.ci/manifests $(BINARY)

tsan: setup ## Run the pure targets and the C wrappers under ThreadSanitizer.
	@.ci/sanitize thread

asan: setup ## Run the pure targets and the C wrappers under AddressSanitizer.
	@.ci/sanitize address

simulate: setup-build ## Run the planner through random histories, in release mode.
	@.ci/test $(SWIFT) test -c release -Xswiftc -enable-testing --scratch-path .build-sim --disable-xctest \
	  --filter SimulationTests

bench: build ## Measure what 1,000 rollouts cost, on an embedded cluster (ROLLOUTS=1000).
	$(SWIFT) run -c release --package-path Benchmarks Scale --serin $(BINARY) --count $(or $(ROLLOUTS),1000) --check

bench-analyses: build ## Measure what 1,000 AnalysisRuns that ask every second cost, for ten minutes.
	$(SWIFT) run -c release --package-path Benchmarks Analyses --serin $(BINARY) --count $(or $(RUNS),1000) --check

bench-routes: build ## Measure 1,000 rollouts behind one Gateway that change their weights in the same second.
	$(SWIFT) run -c release --package-path Benchmarks Routes --serin $(BINARY) --count $(or $(ROLLOUTS),1000) --check
	$(SWIFT) run -c release --package-path Benchmarks Routes --serin $(BINARY) --count $(or $(ROLLOUTS),1000) --share 10 \
	  --check

ci: ## All that continuous integration does.
	@.ci/run

clean: ## Remove everything that was built.
	rm -rf .build Benchmarks/.build .build-sim .build-thread .build-address .venv
