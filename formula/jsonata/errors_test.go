package jsonata_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/google/go-cmp/cmp/cmpopts"

	"github.com/connector-spec/connector/formula/jsonata"
)

type errorCase struct {
	name string
	expr string
	want jsonata.Error // without value and message
}

func wantError(code string, pos int, token string) jsonata.Error {
	return jsonata.Error{Code: code, Position: pos, Token: token}
}

var errorCases = []errorCase{
	{"string without end", `"abc`, wantError("S0101", 0, "")},
	{"string that ends in a backslash", `"abc\`, wantError("S0103", 4, "")},
	{"huge number", `1 + 1e999`, wantError("S0102", 4, "1e999")},
	{"unknown escape", `"a\qb"`, wantError("S0103", 2, "q")},
	{"short unicode escape", `"\u12"`, wantError("S0104", 1, "")},
	{"quoted name without end", "a.`b", wantError("S0105", 2, "")},
	{"comment without end", `1 /* 2`, wantError("S0106", 2, "")},
	{"two operands", `a b`, wantError("S0201", 2, "b")},
	{"wrong bracket", `(a]`, wantError("S0202", 2, "]")},
	{"missing bracket", `(a`, wantError("S0203", 2, "(end)")},
	{"lonely exclamation mark", `a ! b`, wantError("S0204", 2, "!")},
	{"parameter that is no variable", `function(x){1}`, wantError("S0208", 9, "x")},
	{"predicate after grouping", `(a){b: c}[0]`, wantError("S0209", 9, "")},
	{"two groupings", `a{b: c}{d: e}`, wantError("S0210", 7, "")},
	{"operator without left side", `1 + * 2 + )`, wantError("S0201", 6, "2")},
	{"bracket as operand", `1 + )`, wantError("S0211", 4, ")")},
	{"binding of a name", `a := 1`, wantError("S0212", 0, "a")},
	{"number as a step", `a.1`, wantError("S0213", 2, "1")},
	{"focus without a variable", `a@b`, wantError("S0214", 2, "@")},
	{"index without a variable", `a#b`, wantError("S0214", 2, "#")},
	{"focus after a predicate", `a[0]@$b`, wantError("S0215", 4, "@")},
	{"focus after order-by", `a^(b)@$c`, wantError("S0216", 5, "@")},
	{"parent of nothing", `%`, wantError("S0217", 0, "parent")},
	{"parent beyond the input", `a.%.%`, wantError("S0217", 0, "path")},
	{"nothing at all", ``, wantError("S0207", 0, "")},
	{"operator at the end", `1 +`, wantError("S0207", 3, "")},
	{"empty regular expression", `//`, wantError("S0301", 1, "")},
	{"regular expression without end", `/abc`, wantError("S0302", 0, "")},
	{"subtype of a string", `function($a)<s<n>>{1}`, wantError("S0401", 12, "<s<n>>")},
	{"choice with a subtype", `function($a)<(a<n>s)>{1}`, wantError("S0402", 12, "<(a<n>s)>")},

	{"argument of the wrong type", `$length(1)`, wantError("T0410", 7, "length")},
	{"too many arguments", `$length("a", "b")`, wantError("T0410", 7, "length")},
	{"context of the wrong type", `(1).$length()`, wantError("T0411", 11, "length")},
	{"array of the wrong type", `$sum(["a"])`, wantError("T0412", 4, "sum")},
	{"infinite number", `1e308 * 10 + 1`, wantError("D1001", 11, "+")},
	{"negated text", `-"a"`, wantError("D1002", 0, "-")},
	{"key that is a number", `{1: 2}`, wantError("T1003", 0, "")},
	{"reserved key", `{"_jsonata_lambda": 2}`, wantError("D1013", 0, "")},
	{"matching nothing again", `$match("ab", /x*/)`, wantError("D1004", 13, "match")},
	{"forgotten dollar sign", `sum(1)`, wantError("T1005", 3, "sum")},
	{"call of what is no function", `"a"(1)`, wantError("T1006", 3, "")},
	{"partial with a forgotten dollar sign", `sum(?)`, wantError("T1007", 3, "sum")},
	{"partial of what is no function", `$unknown(?)`, wantError("T1008", 8, "unknown")},
	{"same key twice", `{"a": 1, "a": 2}`, wantError("D1009", 0, "")},
	{"matcher of the wrong form", `$match("a", function($s){ {"x": 1} })`, wantError("T1010", 6, "match")},
	{"text on the left of a sum", `"a" + 1`, wantError("T2001", 4, "+")},
	{"text on the right of a sum", `1 - "a"`, wantError("T2002", 2, "-")},
	{"range from a fraction", `[0.5..2]`, wantError("T2003", 4, "..")},
	{"range to a text", `[0.."a"]`, wantError("T2004", 2, "..")},
	{"application of what is no function", `1 ~> 2`, wantError("T2006", 2, "~>")},
	{"order of mixed types", `["a", 1]^($)`, wantError("T2007", 8, "")},
	{"order of booleans", `[true, false]^($)`, wantError("T2008", 13, "")},
	{"comparison of mixed types", `1 < "a"`, wantError("T2009", 2, "<")},
	{"comparison of booleans", `true < 1`, wantError("T2010", 5, "<")},
	{"update that is no object", `{"a":{}} ~> |a|1|`, wantError("T2011", 15, "")},
	{"deletion of a number", `{"a":{}} ~> |a|{},1|`, wantError("T2012", 18, "")},
	{"clone that is no function", `($clone := 1; {"a":1} ~> |a|{}|)`, wantError("T2013", 25, "")},
	{"very long range", `[1..1e8]`, wantError("D2014", 2, "..")},
	{"text of an infinite number", `$string(1/0)`, wantError("D3001", 7, "string")},
	{"replacing nothing", `$replace("a", "", "b")`, wantError("D3010", 8, "replace")},
	{"negative limit of replace", `$replace("a", "a", "b", -1)`, wantError("D3011", 8, "replace")},
	{"replacement that is a number", `$replace("a", /a/, function(){ 1 })`, wantError("D3012", 8, "replace")},
	{"negative limit of split", `$split("a", "a", -1)`, wantError("D3020", 6, "split")},
	{"text that is no number", `$number("1x")`, wantError("D3030", 7, "number")},
	{"negative limit of match", `$match("a", /a/, -1)`, wantError("D3040", 6, "match")},
	{"reducer of one argument", `$reduce([1,2], function($a){$a})`, wantError("D3050", 7, "reduce")},
	{"root of a negative number", `$sqrt(-1)`, wantError("D3060", 5, "sqrt")},
	{"huge power", `$power(10, 400)`, wantError("D3061", 6, "power")},
	{"sorting mixed types", `$sort([1, "a"])`, wantError("D3070", 5, "sort")},
	{"three pictures", `$formatNumber(1, "0;0;0")`, wantError("D3080", 13, "formatNumber")},
	{"radix of one", `$formatBase(1, 1)`, wantError("D3100", 11, "formatBase")},
	{"no timestamp", `$toMillis("yesterday")`, wantError("D3110", 9, "toMillis")},
	{"syntax error within eval", `$eval("1 +")`, wantError("D3120", 5, "eval")},
	{"dynamic error within eval", `$eval("1 + 'a'")`, wantError("D3121", 5, "eval")},
	{"unknown numbering", `$formatInteger(1, "x")`, wantError("D3130", 14, "formatInteger")},
	{"digits of two scripts", `$formatInteger(1, "0٠")`, wantError("D3131", 14, "formatInteger")},
	{"unknown part of a date", `$fromMillis(0, "[q]")`, wantError("D3132", 11, "fromMillis")},
	{"name of an hour", `$fromMillis(0, "[HN]")`, wantError("D3133", 11, "fromMillis")},
	{"wide timezone", `$fromMillis(0, "[Z00000]")`, wantError("D3134", 11, "fromMillis")},
	{"part without end", `$fromMillis(0, "[Y")`, wantError("D3135", 11, "fromMillis")},
	{"date with a gap", `$toMillis("2018 5", "[Y] [D]")`, wantError("D3136", 9, "toMillis")},
	{"two where one is wanted", `$single([1, 2])`, wantError("D3138", 7, "single")},
	{"none where one is wanted", `$single([], function(){ true })`, wantError("D3139", 7, "single")},
	{"half an escape", `$decodeUrl("%4")`, wantError("D3140", 10, "decodeUrl")},
	{"half a surrogate pair", `$encodeUrl("\ud800")`, wantError("D3140", 10, "encodeUrl")},
	{"own error", `$error("out of stock")`, wantError("D3137", 6, "error")},
	{"failed assertion", `$assert(1 = 2)`, wantError("D3141", 7, "assert")},

	{"lookahead", `/a(?=b)/`, wantError("U1004", 1, "a(?=b)")},
	{"lookbehind", `/(?<!a)b/`, wantError("U1004", 1, "(?<!a)b")},
	{"backreference", `/(a)\1/`, wantError("U1004", 1, `(a)\1`)},
	{"named backreference", `/(?<x>a)\k<x>/`, wantError("U1004", 1, `(?<x>a)\k<x>`)},
	{"flag given twice", `/a/ii`, wantError("U1004", 1, "a")},
	{"pattern that is a number", `$contains(?, 1)("a")`, wantError("U1005", 15, "")},
}

func TestErrors(t *testing.T) {
	t.Parallel()
	for _, c := range errorCases {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := evaluate(t.Context(), c.expr, jsonata.Undefined{}, jsonata.Options{})
			var e *jsonata.Error
			if !errors.As(err, &e) {
				t.Fatalf("%s = %s, error %v, want %s", c.expr, show(got), err, c.want.Code)
			}
			if diff := cmp.Diff(c.want, *e, cmpopts.IgnoreFields(jsonata.Error{}, "Value", "Message"), cmpopts.IgnoreUnexported(jsonata.Error{})); diff != "" {
				t.Errorf("%s (-want +got):\n%s", c.expr, diff)
			}
			if e.Message == "" || strings.ContainsAny(e.Message[:1], "ABCDEFGHIJKLMNOPQRSTUVWXYZ") || strings.HasSuffix(e.Message, ".") {
				t.Errorf("message %q is not a sentence in our style", e.Message)
			}
		})
	}
}

func TestMessages(t *testing.T) {
	t.Parallel()
	for expr, want := range map[string]string{
		`"a" + 1`:                      `T2001: left side of "+" must be a number`,
		`(a`:                           `S0203: expression ends where ")" is expected`,
		`(a]`:                          `S0202: unexpected "]", want ")"`,
		`$error("out of stock")`:       `D3137: out of stock`,
		`$assert(false, "too dear")`:   `D3141: too dear`,
		`/a(?!b)/`:                     `U1004: regular expression is not supported: lookahead`,
		`$length(1)`:                   `T0410: argument 1 of "length" does not match the signature`,
		`sum([1])`:                     `T1005: "sum" is not a function, did you mean $sum`,
		`$eval("(")`:                   `D3120: expression given to $eval has a syntax error`,
		`$decodeUrlComponent("%zz")`:   `D3140: "decodeUrlComponent" was given a malformed URL`,
		`$join(["secret"], ["other"])`: `T0410: argument 2 of "join" does not match the signature`,
	} {
		_, err := evaluate(t.Context(), expr, jsonata.Undefined{}, jsonata.Options{})
		if err == nil || err.Error() != want {
			t.Errorf("%s: got %v, want %s", expr, err, want)
		}
	}
}

func TestEvalWrapsInnerError(t *testing.T) {
	t.Parallel()
	_, err := evaluate(t.Context(), `$eval("1 + 'a'")`, nil, jsonata.Options{})
	var outer, inner *jsonata.Error
	if !errors.As(err, &outer) || !errors.As(outer.Unwrap(), &inner) || inner.Code != "T2002" {
		t.Errorf("got %v around %v, want T2002 inside", err, inner)
	}
}
