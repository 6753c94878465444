package jsonata_test

import (
	"context"
	"errors"
	"math/rand/v2"
	"strings"
	"testing"
	"time"
	"unicode/utf8"

	"github.com/connector-spec/connector/formula/jsonata"
)

// fuzzOptions make an evaluation short and the same each time.
func fuzzOptions() jsonata.Options {
	numbers := rand.New(rand.NewPCG(1, 2))
	return jsonata.Options{
		Bindings: map[string]any{"v": []any{1.0, "two", nil}},
		Now:      time.UnixMilli(1_700_000_000_000),
		Rand:     numbers.Float64,
		Limits:   jsonata.Limits{Depth: 300, Steps: 100_000, Bytes: 4 << 20},
	}
}

// fuzzInputs are what expressions are evaluated over.
var fuzzInputs = []string{
	`null`,
	`{"a":[{"b":1,"c":"x"},{"b":2,"c":"y","d":[1,[2,3]]}],"n":-1.5,"s":"Hello World","t":true,"z":null,"2":"two","1":"one"}`,
	`[[1,2,[3]],{"a":"ß😀"},"a,b",12345678901234567890]`,
	`"2018-02-01T09:42:13.123+0000"`,
}

// checkEval evaluates an expression twice over an input and checks what holds
// for every one: it ends in time, with plain data or an error of ours, the
// same both times, and leaves its input alone.
func checkEval(t *testing.T, source, inputText string) {
	expr, err := jsonata.Compile(source)
	if err != nil {
		checkError(t, source, err)
		return
	}
	var results [2]string
	for i := range results {
		input := decodeJSON(t, []byte(inputText))
		before := show(input)
		start := time.Now()
		result, err := expr.Eval(context.Background(), input, fuzzOptions())
		if took := time.Since(start); took > 5*time.Second {
			t.Fatalf("%q took %v", source, took)
		}
		if after := show(input); after != before {
			t.Fatalf("%q changed its input\nfrom %s\nto   %s", source, before, after)
		}
		if err != nil {
			checkError(t, source, err)
			results[i] = err.Error()
			continue
		}
		checkPlain(t, source, result)
		results[i] = show(result)
	}
	if results[0] != results[1] {
		t.Fatalf("%q is one time\n%s\nand another\n%s", source, results[0], results[1])
	}
}

func checkError(t *testing.T, source string, err error) {
	var e *jsonata.Error
	if !errors.As(err, &e) || len(e.Code) != 5 || e.Message == "" || strings.Contains(e.Message, "{want}") {
		t.Fatalf("%q: error %#v is not complete", source, err)
	}
	if e.Position > len(source) && e.Code[0] == 'S' {
		t.Fatalf("%q: error %v lies at %d, behind the end", source, err, e.Position)
	}
}

func checkPlain(t *testing.T, source string, v any) {
	switch v := v.(type) {
	case nil, bool, float64, jsonata.Undefined:
	case string:
		if !utf8.ValidString(v) {
			t.Fatalf("%q gives a string that is not UTF-8: %q", source, v)
		}
	case []any:
		for _, item := range v {
			checkPlain(t, source, item)
		}
	case *jsonata.Object:
		for key, item := range v.All() {
			checkPlain(t, source, key)
			checkPlain(t, source, item)
		}
	default:
		t.Fatalf("%q gives a %T", source, v)
	}
}

// FuzzCompile compiles any text and evaluates what can be compiled.
func FuzzCompile(f *testing.F) {
	for _, group := range [][]evalCase{pathCases, bindingCases, functionCases, textCases, numberCases, dateCases, objectCases} {
		for _, c := range group {
			f.Add(c.expr)
		}
	}
	for _, c := range errorCases {
		f.Add(c.expr)
	}
	f.Fuzz(func(t *testing.T, source string) {
		if len(source) > 2000 {
			return
		}
		checkEval(t, source, fuzzInputs[len(source)%len(fuzzInputs)])
	})
}

// FuzzEval evaluates expressions that are grown from random choices, so that
// nearly all of them can be compiled.
func FuzzEval(f *testing.F) {
	for i := range 64 {
		choices := make([]byte, 40)
		numbers := rand.New(rand.NewPCG(uint64(i), 7))
		for k := range choices {
			choices[k] = byte(numbers.Uint32())
		}
		f.Add(choices, uint8(i))
	}
	f.Fuzz(func(t *testing.T, choices []byte, input uint8) {
		g := grower{choices: choices}
		checkEval(t, g.expr(6), fuzzInputs[int(input)%len(fuzzInputs)])
	})
}

// A grower makes an expression out of templates; the choices say of which.
type grower struct {
	choices []byte
	grown   int
}

func (g *grower) choose(n int) int {
	if len(g.choices) == 0 {
		return 0
	}
	c := int(g.choices[0])
	g.choices = g.choices[1:]
	return c % n
}

// leaves and branches are what expressions are made of; each E in a branch is
// another expression.
var leaves = []string{
	`a`, `$`, `$$`, `b`, `*`, `**`, `%`, `1`, `-2`, `0.5`, `1e10`, `"x"`, `"a,b"`, `"😀ß"`, `""`, `true`, `null`, `s`, `n`,
	`$v`, `$x`, `nothing`, `[]`, `{}`, `/[a-z]/`, `/(a)|b*/i`, `$sum`, `$string`, `$uppercase`, `"#,##0.00"`, `"Ww;o"`,
	`"[D1o] [MNn] [Y] [H01]:[m][Z]"`, `[1..5]`, "`1`", `function($x){$x}`, `function($x,$y){$y}`,
}

var branches = []string{
	`E.E`, `E.E`, `E.E.E`, `E[E]`, `E[E]`, `E[]`, `E{E: E}`, `E^(E)`, `E^(>E, <E)`, `E@$x.E`, `E#$x.E`, `E@$x.E[$x = E]`, `E.%.E`,
	`E + E`, `E - E`, `E * E`, `E / E`, `E % E`, `E & E`, `E = E`, `E != E`, `E < E`, `E >= E`, `E and E`, `E or E`, `E in E`,
	`-E`, `(E)`, `(E; E)`, `($x := E; E)`, `(E ? E : E)`, `(E ? E)`, `[E]`, `[E, E]`, `[E..E]`, `{"k": E}`, `{E: E, "1": E}`,
	`E ~> E`, `E ~> |E|E|`, `E ~> |E|E,E|`, `function($x){E}(E)`, `function($x, $y){E}(E, E)`, `function($x)<a<n>?:n>{E}(E)`,
	`($f := function($x){E}; $f($f(E)))`, `E(E)`, `E(?, E)`, `E(?)(E)`, `$eval(E)`, `$sort(E)`, `$sort(E, E)`, `$map(E, E)`,
	`$filter(E, E)`, `$reduce(E, E)`, `$reduce(E, E, E)`, `$single(E, E)`, `$sift(E, E)`, `$each(E, E)`, `$string(E)`,
	`$string(E, E)`, `$substring(E, E)`, `$substring(E, E, E)`, `$substringBefore(E, E)`, `$substringAfter(E, E)`, `$length(E)`,
	`$pad(E, E, E)`, `$contains(E, E)`, `$split(E, E)`, `$split(E, E, E)`, `$join(E, E)`, `$match(E, E)`, `$match(E, E, E)`,
	`$replace(E, E, E)`, `$replace(E, E, E, E)`, `$number(E)`, `$round(E, E)`, `$power(E, E)`, `$formatNumber(E, E)`,
	`$formatNumber(E, E, E)`, `$formatBase(E, E)`, `$formatInteger(E, E)`, `$parseInteger(E, E)`, `$count(E)`, `$append(E, E)`,
	`$reverse(E)`, `$shuffle(E)`, `$distinct(E)`, `$zip(E, E)`, `$keys(E)`, `$lookup(E, E)`, `$spread(E)`, `$merge(E)`,
	`$clone(E)`, `$exists(E)`, `$type(E)`, `$boolean(E)`, `$not(E)`, `$assert(E, E)`, `$error(E)`, `$now(E)`, `$fromMillis(E, E)`,
	`$fromMillis(E, E, E)`, `$toMillis(E)`, `$toMillis(E, E)`, `$base64encode(E)`, `$base64decode(E)`, `$encodeUrl(E)`,
	`$decodeUrlComponent(E)`, `$trim(E)`, `$lowercase(E)`, `$uppercase(E)`, `$max(E)`, `$average(E)`, `$random() + E`, `$sum(E)`,
}

func (g *grower) expr(depth int) string {
	g.grown++
	if depth == 0 || len(g.choices) == 0 || g.grown > 60 || g.choose(4) == 0 {
		return leaves[g.choose(len(leaves))]
	}
	parts := strings.Split(branches[g.choose(len(branches))], "E")
	var b strings.Builder
	b.WriteString(parts[0])
	for _, part := range parts[1:] {
		b.WriteString(g.expr(depth-1) + part)
	}
	return b.String()
}
