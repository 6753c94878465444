package formula_test

import (
	"encoding/json"
	"fmt"
	"math/rand/v2"
	"strings"
	"testing"

	"github.com/connector-spec/connector/formula"
	"github.com/expr-lang/expr"
)

// A exprWriter writes random expressions of what expr and this package share.
// Each method writes an expression of one type, so that most have a value.
type exprWriter struct{ *rand.Rand }

func (w exprWriter) pick(choices ...string) string { return choices[w.IntN(len(choices))] }

func (w exprWriter) number(depth int) string {
	if depth <= 0 {
		return w.pick("1", "2", "0.5", "-3", "n", "o.n", "l[0]", "10", "7")
	}
	d := depth - 1
	switch w.IntN(9) {
	case 0:
		return "(" + w.number(d) + w.pick(" + ", " - ", " * ", " / ", " ** ") + w.number(d) + ")"
	case 1:
		return w.pick("abs", "ceil", "floor") + "(" + w.number(d) + ")"
	case 2:
		return "len(" + w.text(d) + ")"
	case 3:
		return "len(" + w.list(d) + ")"
	case 4:
		return "(" + w.boolean(d) + " ? " + w.number(d) + " : " + w.number(d) + ")"
	case 5:
		return "sum(" + w.list(d) + ")"
	case 6:
		return "count(" + w.list(d) + ", # " + w.pick(">", "<", "==", "!=") + " " + w.number(0) + ")"
	case 7:
		return "reduce(" + w.list(d) + ", #acc + #, " + w.number(0) + ")"
	default:
		return "-" + w.number(0)
	}
}

func (w exprWriter) text(depth int) string {
	if depth <= 0 {
		return w.pick(`"a"`, `"é"`, `"Hello, World"`, `""`, "s", "o.s", "t[0]", `'b'`, "`c`")
	}
	d := depth - 1
	switch w.IntN(8) {
	case 0, 1:
		return "(" + w.text(d) + " + " + w.text(d) + ")"
	case 2:
		return w.pick("lower", "upper", "trim") + "(" + w.text(d) + ")"
	case 3:
		return "(" + w.boolean(d) + " ? " + w.text(d) + " : " + w.text(d) + ")"
	case 4:
		return w.pick("trimPrefix", "trimSuffix") + "(" + w.text(d) + ", " + w.text(0) + ")"
	case 5:
		return "replace(" + w.text(d) + `, "l", ` + w.text(0) + ")"
	case 6:
		return "join(split(" + w.text(d) + `, "l"), ` + w.text(0) + ")"
	default:
		return "(o.none ?? " + w.text(d) + ")"
	}
}

func (w exprWriter) boolean(depth int) string {
	if depth <= 0 {
		return w.pick("true", "false", "b", "o.b")
	}
	d := depth - 1
	switch w.IntN(9) {
	case 0:
		return "(" + w.number(d) + w.pick(" < ", " <= ", " > ", " >= ", " == ", " != ") + w.number(d) + ")"
	case 1:
		return "(" + w.text(d) + w.pick(" < ", " > ", " == ", " != ") + w.text(d) + ")"
	case 2:
		return "(" + w.text(d) + w.pick(" contains ", " startsWith ", " endsWith ") + w.text(0) + ")"
	case 3:
		return "(" + w.boolean(d) + w.pick(" && ", " || ", " and ", " or ") + w.boolean(d) + ")"
	case 4:
		return w.pick("!", "not ") + "(" + w.boolean(d) + ")"
	case 5:
		return "(" + w.number(0) + w.pick(" in ", " not in ") + w.list(d) + ")"
	case 6:
		return w.pick("all", "any", "none", "one") + "(" + w.list(d) + ", # " + w.pick(">", "<=", "==") + " " + w.number(0) + ")"
	case 7:
		return "(" + w.text(d) + ` matches "` + w.pick("^a", "l+", "[a-z]{2}", "o.W", "$") + `")`
	default:
		return "(" + w.list(d) + " == " + w.list(d) + ")"
	}
}

func (w exprWriter) list(depth int) string {
	if depth <= 0 {
		return w.pick("l", "o.l", "[]", "[1, 2, 3]", "1..4", "[n]")
	}
	d := depth - 1
	switch w.IntN(6) {
	case 0:
		return "map(" + w.list(d) + ", # " + w.pick("+", "*", "-") + " " + w.number(0) + ")"
	case 1:
		return "filter(" + w.list(d) + ", # " + w.pick(">", "<", "!=") + " " + w.number(0) + ")"
	case 2:
		return "[" + w.number(d) + ", " + w.number(d) + "]"
	case 3:
		return w.list(d) + w.pick("[1:]", "[:1]", "[-2:]", "[0:2]")
	case 4:
		return "sortBy(" + w.list(d) + ", " + w.pick("#", "-#") + ")"
	default:
		return "(" + w.boolean(d) + " ? " + w.list(d) + " : " + w.list(d) + ")"
	}
}

// TestAgreesWithExpr compares random expressions with expr's own machine: where
// both have a value, it is the same.
func TestAgreesWithExpr(t *testing.T) {
	const text = `{"n": 4.5, "s": " Hello ", "b": true, "l": [3, 1.5, 2], "t": ["x", "y"], "o": {"n": -2, "s": "lll", "b": false, "l": [1], "none": null}}`
	vars := parse(t, text)
	env := vars.ToAny().(map[string]any)
	env["l"] = []float64{3, 1.5, 2} // expr sums and sorts only lists of one type
	w := exprWriter{rand.New(rand.NewPCG(1, 2))}
	both, ours, theirs := 0, 0, 0
	for range 20_000 {
		var source string
		switch depth := w.IntN(5); w.IntN(4) {
		case 0:
			source = w.number(depth)
		case 1:
			source = w.text(depth)
		case 2:
			source = w.boolean(depth)
		default:
			source = w.list(depth)
		}
		got, err := evalExpr(t, source, text)
		want, exprErr := runExpr(source, env)
		switch {
		case err == nil && exprErr == nil:
			if both++; !got.Equal(want) {
				t.Errorf("%s is %v, and %v for expr", source, got, want)
			}
		case err == nil:
			ours++
		case exprErr == nil:
			theirs++
			if text := err.Error(); !strings.Contains(text, "the result is no number") {
				t.Errorf("%s: %v, and %v for expr", source, err, want)
			}
		}
	}
	t.Logf("%d with a value in both, %d only here, %d only in expr", both, ours, theirs)
	if both < 15_000 {
		t.Errorf("only %d of 20,000 expressions have a value in both: the test compares too little", both)
	}
}

// runExpr returns what expr makes of an expression that is written as it is
// wanted there.
func runExpr(source string, env map[string]any) (v formula.Value, err error) {
	program, err := expr.Compile(source)
	if err != nil {
		return v, err
	}
	result, err := expr.Run(program, env)
	if err != nil {
		return v, err
	}
	text, err := json.Marshal(result)
	if err != nil {
		return v, fmt.Errorf("%v: %w", result, err) // NaN and infinities
	}
	return formula.ParseJSON(text)
}
