#!/bin/sh
# Times three formulas: by hand in Go, compiled, in expr's own machine, and in
# the npm package of the format, if node and npm are there.
#
#	testdata/bench/formula/run.sh [count]
set -eu
here=$(cd "$(dirname "$0")" && pwd)
cd "$here/../../../formula"
go test -run '^$' -bench 'Eval|Compile' -benchmem -cpu 1 -count "${1:-5}" .
if command -v node >/dev/null && command -v npm >/dev/null; then
	work=$(mktemp -d)
	trap 'rm -rf "$work"' EXIT
	cp "$here/sdk.js" "$work"
	(cd "$work" && npm i --silent --no-package-lock --no-save @membranehq/sdk@0.28.3 >/dev/null && node sdk.js)
fi
