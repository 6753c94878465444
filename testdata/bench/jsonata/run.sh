#!/usr/bin/env bash
# Runs seeded random expressions over random data through the reference
# implementation from npm and through ours, and prints where they differ.
#
#   run.sh [number of cases, default 20000] [seed, default 1]
set -euo pipefail

count=${1:-20000}
seed=${2:-1}
here=$(cd "$(dirname "$0")" && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

npm install --no-package-lock --silent --prefix "$work" jsonata@1.8
TZ=UTC node "$here/reference.mjs" "$work/node_modules/jsonata/jsonata.js" "$count" "$seed" >"$work/cases.jsonl"
cd "$here/../../.."
go run ./testdata/bench/jsonata <"$work/cases.jsonl"
