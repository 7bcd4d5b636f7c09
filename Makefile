.DEFAULT_GOAL := help

STATICCHECK := honnef.co/go/tools/cmd/staticcheck@v0.8.2

.PHONY: help
help: ## Show what can be made
	@awk -F ':.*## ' '/^[a-z-]+:.*## / {printf "  make %-12s %s\n", $$1, $$2}' $(MAKEFILE_LIST)

.PHONY: play
play: ## Try Slipway: a local Slack, a local LakeFormation and a page
	go run . playground

.PHONY: test
test: ## Run every test
	go test ./...

.PHONY: race
race: ## Run every test with the race detector
	go test -race ./...

.PHONY: check
check: ## gofmt, go vet and staticcheck
	@test -z "$$(gofmt -l .)" || { gofmt -l .; echo "run gofmt on these"; exit 1; }
	go vet ./...
	go run $(STATICCHECK) ./...

.PHONY: bench
bench: ## Measure acks, whole cycles, a burst, memory and watching (docs/benchmarks.md)
	go test -run '^$$' -bench 'Ack|Cycle|Sustained' -benchtime 200x .
	go test -run '^$$' -bench 'Burst|Process|Watching' -benchtime 3x -timeout 20m .
	go test -run '^$$' -bench . -benchtime 500x ./store ./approval

.PHONY: pictures
pictures: ## Take the pictures of docs/using.md anew, with Chromium
	SLIPWAY_PICTURES=$(CURDIR)/docs/pictures go test ./playground -run ThePictures -count=1 -timeout 5m

.PHONY: build
build: ## Build a static binary
	CGO_ENABLED=0 go build -trimpath -ldflags "-s -w" -o slipway .

.PHONY: release
release: ## Build it twice, compare, and list what is in it: dist/ (VERSION=v1.2.3)
	VERSION=$(VERSION) .ci/release
