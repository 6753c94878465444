# The targets that people use; .ci/run uses the same.

RACE := $(shell command -v $${CC:-cc} >/dev/null 2>&1 && echo -race)
TOOL := go tool -modfile=.ci/tools.mod
FUZZTIME ?= 30s
BENCH ?= .

.PHONY: build test check fuzz bench update release

# build makes the static binary.
build:
	CGO_ENABLED=0 go build -trimpath -o bin/connector ./cmd/connector

# test runs all tests, also of the package that ./... does not name.
test:
	go test $(RACE) -shuffle=on -count=1 -timeout 20m ./... ./testdata/peers
	@[ -z '$(RACE)' ] || echo go test -count=1 -timeout 20m -run Leak ./auth ./cmd/connector/internal/cli
	@[ -z '$(RACE)' ] || go test -count=1 -timeout 20m -run Leak ./auth ./cmd/connector/internal/cli # whole, which takes too long with the race detector

# check looks at everything that is no test: format, module, vet, lint,
# generated files.
check:
	@test -z "$$($(TOOL) gofumpt -l . testdata/peers)" || { $(TOOL) gofumpt -l . testdata/peers; echo 'run: $(TOOL) gofumpt -w . testdata/peers'; exit 1; }
	go mod tidy -diff
	go vet ./... ./testdata/peers
	$(TOOL) staticcheck ./... ./testdata/peers
	go generate ./...
	@git diff --exit-code -- docs || { echo 'docs are stale: commit what go generate made'; exit 1; }

# fuzz runs every fuzz target for FUZZTIME.
fuzz:
	@go list -f '{{.Dir}}' ./... | while read -r dir; do \
	  for target in $$(cd $$dir && grep -hoE '^func Fuzz[A-Za-z0-9]+' *_test.go 2>/dev/null | cut -d' ' -f2); do \
	    echo "$$dir $$target"; (cd $$dir && go test -run '^$$' -fuzz "^$$target$$" -fuzztime $(FUZZTIME) -fuzzminimizetime 5s .) || exit 1; \
	  done; done

# bench runs the benchmarks.
bench:
	go test -run '^$$' -bench '$(BENCH)' -benchmem ./...

# update rewrites what tests compare with, and the generated documents. Review
# the difference as you would review code.
update:
	go test ./spec/authtype ./cmd/connector/internal/cli -update
	go generate ./...

# release makes the archives of a release in dist, with checksums and a bill of
# materials. What is not committed is not released.
release:
	@test -z "$$(git status --porcelain)" || { git status --short; echo 'commit or stash these: a release is made of a commit'; exit 1; }
	rm -rf dist
	go run ./cmd/connector/internal/release
