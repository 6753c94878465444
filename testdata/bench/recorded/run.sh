#!/usr/bin/env bash
# Measures a recorded run of connector test over 1,000 connectors against
# connector validate on the same tree: see README.md.
#
#   testdata/bench/recorded/run.sh [ROUNDS]
set -euo pipefail
rounds=${1:-9}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$root"
go build -o "$work/connector" ./cmd/connector
go build -o "$work/gen" ./testdata/bench/validate/gen
go build -o "$work/pairs" ./testdata/bench/validate/pairs
go build -o "$work/record" ./testdata/bench/recorded/record

"$work/gen" -keys 1000 1 "$work/tree"
"$work/record" "$work/connector" "$work/tree"

# What is measured has to be what is meant.
"$work/connector" validate --strict --quiet "$work/tree"
"$work/connector" test --auth --replay "$work/tree" | tail -1 | grep -qx '1000 passed' || { echo "not all of them pass" >&2; exit 1; }

echo "connector test --auth first, connector validate second; $rounds rounds in turn"
"$work/pairs" -rounds "$rounds" -name "1,000 recorded (CPU <= 2.0)" -- "$work/connector" test --auth --quiet "$work/tree" \
  -- "$work/connector" validate --quiet "$work/tree"
for format in json junit html; do
  "$work/pairs" -rounds "$rounds" -name "the same, as $format" -- "$work/connector" test --auth --quiet --format "$format" "$work/tree" \
    -- "$work/connector" validate --quiet "$work/tree"
done
"$work/pairs" -rounds "$rounds" -name "the same, --verbose" -- "$work/connector" test --auth --quiet --verbose "$work/tree" \
  -- "$work/connector" validate --quiet "$work/tree"
