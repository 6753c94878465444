#!/usr/bin/env bash
# Measures connector validate against ajv-cli, which checks the JSON Schema and
# nothing else, on the same files: see README.md.
#
#   testdata/bench/validate/run.sh [ROUNDS]
set -euo pipefail
rounds=${1:-5}
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

cd "$root"
go build -o "$work/connector" ./cmd/connector
go build -o "$work/gen" ./testdata/bench/validate/gen
go build -o "$work/pairs" ./testdata/bench/validate/pairs
(cd "$work" && npm install --silent --no-package-lock --no-audit --no-fund ajv-cli@5 >"$work/npm.log" 2>&1) || { cat "$work/npm.log" >&2; exit 1; }
ajv=$work/node_modules/.bin/ajv
schema=$root/schemas/spec.schema.json

"$work/gen" 1000 1 "$work/small"
"$work/gen" 10000 2 "$work/large"
"$work/gen" -bad 1000 3 "$work/bad"

# What is measured has to be what is meant.
"$work/connector" validate --strict --quiet "$work/small" "$work/large"
"$ajv" validate --spec=draft2020 --strict=false -s "$schema" -d "$work/small/*.yaml" >/dev/null
wrong=$("$work/connector" validate --format json "$work/bad" | grep -c '"code"' || true)
[ "$wrong" -eq 1000 ] || { echo "the 1,000 bad specs have $wrong diagnostics" >&2; exit 1; }

pair() { # NAME DIR [AJV OPTION...]
  local name=$1 dir=$2
  shift 2
  "$work/pairs" -rounds "$rounds" -name "$name" -- "$work/connector" validate --quiet "$dir" \
    -- "$ajv" validate --spec=draft2020 --strict=false "$@" -s "$schema" -d "$dir/*.yaml"
}

echo "connector first, ajv-cli second; $rounds rounds in turn"
pair "1,000 specs (CPU <= 0.5)" "$work/small"
pair "10,000 specs (wall <= 0.9, 60 MiB)" "$work/large"
pair "1,000 with an error (CPU <= 1.0)" "$work/bad" --all-errors
echo "alone"
"$work/pairs" -rounds $((rounds * 4)) -name "--version (CPU <= 10 ms)" -- "$work/connector" --version
"$work/pairs" -rounds $((rounds * 4)) -name "one spec (CPU <= 15 ms)" -- "$work/connector" validate "$work/small/c00000.yaml"
"$work/pairs" -rounds $((rounds * 4)) -name "one spec with an error" -- "$work/connector" validate "$work/bad/c00000.yaml"
echo "the rules alone, for one spec"
go test ./spec/lint -run '^$' -bench 'Rules$' -benchmem | grep ^Benchmark
