package formula

import (
	"fmt"
	"math"
	"slices"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// An ExprFunc is a function that expressions can call.
type ExprFunc struct {
	Name, Args, Summary string
	Examples            []Example // In is an expression

	min, max int       // number of arguments
	takes    []kinds   // what the arguments can be
	gives    *dataType // of the result
	// maybe tells that the arguments may be missing; infer gives the type of the
	// result where it depends on that of the only argument.
	maybe bool
	infer func(arg *dataType) *dataType
	// one is what it does with one argument, many with any number.
	one  func(f *frame, v Value) (Value, error)
	many func(f *frame, args []Value) (Value, error)
	// check looks at an argument that is written out, before anything runs.
	check func(i int, arg Value) error
}

// exprFuncs lists the functions of expressions, beside those that take a
// predicate.
var exprFuncs = []ExprFunc{
	base64Func,
	base64urlFunc,
	fromBase64Func,
	hexFunc,
	urlEncodeFunc,
	md5Func,
	sha1Func,
	sha256Func,
	sha512Func,
	hmacFunc,
	jwtFunc,
	pemFunc,
	uuidFunc,
	nonceFunc,
	nowFunc,
	formatTimeFunc,
	jsonEncodeFunc,
	jsonDecodeFunc,
	stringFunc,
	numberFunc,
	lenFunc,
	lowerFunc,
	upperFunc,
	trimFunc,
	trimPrefixFunc,
	trimSuffixFunc,
	splitFunc,
	joinFunc,
	replaceFunc,
	keysFunc,
	valuesFunc,
	listFunc,
	rounding("abs", "without its sign", `abs(-1.5)`, `1.5`, math.Abs),
	rounding("ceil", "rounded up", `ceil(1.2)`, `2`, math.Ceil),
	rounding("floor", "rounded down", `floor(-1.2)`, `-2`, math.Floor),
	rounding("round", "rounded to the nearest whole number", `round(1.5)`, `2`, math.Round),
}

// ExprFuncs returns the functions of expressions, those with a predicate last.
func ExprFuncs() []ExprFunc {
	list := slices.Clone(exprFuncs)
	for _, l := range loops {
		list = append(list, ExprFunc{Name: l.name, Args: "list, predicate", Summary: l.summary, Examples: l.examples})
	}
	return append(list, ExprFunc{
		Name: "reduce", Args: "list, predicate, start", Summary: "what the predicate makes of #acc, the result so far, and of # in turn",
		Examples: []Example{{In: `reduce([1, 2, 3], #acc * 10 + #, 0)`, Want: `123`}},
	})
}

// call compiles a call of a function of the table.
func (e *exprCompiler) call(n *ast.CallNode) operation {
	name, ok := n.Callee.(*ast.IdentifierNode)
	if !ok {
		return e.problemAt(n, "unknown-function", "a value has no functions of its own", "write function(value)")
	}
	i := slices.IndexFunc(exprFuncs, func(f ExprFunc) bool { return f.Name == name.Value })
	if i < 0 {
		return e.unknownFunction(n, name.Value)
	}
	fn := &exprFuncs[i]
	if len(n.Arguments) < fn.min || len(n.Arguments) > fn.max {
		return e.problemAt(n, "bad-expression", fmt.Sprintf("%s takes %s", fn.Name, plural(fn.min, fn.max)), fmt.Sprintf("%s(%s): %s", fn.Name, fn.Args, fn.Summary))
	}
	args := make([]operation, len(n.Arguments))
	for i, a := range n.Arguments {
		argument := e.need
		if fn.maybe {
			argument = e.compile
		}
		args[i] = argument(a)
		if s, ok := a.(*ast.StringNode); ok && fn.check != nil {
			if err := fn.check(i, String(s.Value)); err != nil {
				return e.problemAt(a, "bad-expression", fmt.Sprintf("%s: %v", fn.Name, err), "")
			}
		}
	}
	if fn.one != nil {
		return callOne(fn, args[0])
	}
	return callMany(fn, args)
}

func callOne(fn *ExprFunc, arg operation) operation {
	return func(f *frame) (Value, error) {
		v, err := arg(f)
		if err != nil {
			return Undefined, err
		}
		if err := f.spend(1); err != nil {
			return Undefined, err
		}
		v, err = fn.one(f, v)
		if err != nil {
			err = fmt.Errorf("%s: %w", fn.Name, err)
		}
		return v, err
	}
}

func callMany(fn *ExprFunc, args []operation) operation {
	return func(f *frame) (Value, error) {
		if err := f.spend(1 + len(args)); err != nil {
			return Undefined, err
		}
		values := make([]Value, len(args))
		for i, op := range args {
			v, err := op(f)
			if err != nil {
				return Undefined, err
			}
			values[i] = v
		}
		v, err := fn.many(f, values)
		if err != nil {
			err = fmt.Errorf("%s: %w", fn.Name, err)
		}
		return v, err
	}
}

func plural(low, high int) string {
	switch {
	case high == 0:
		return "no arguments"
	case low != high:
		return fmt.Sprintf("%d to %d arguments", low, high)
	case low == 1:
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", low)
}

func (e *exprCompiler) unknownFunction(n ast.Node, name string) operation {
	var names []string
	for _, f := range ExprFuncs() {
		names = append(names, f.Name)
	}
	hint := "functions are " + JoinWords(names, "and")
	if s := Nearest(name, names); s != "" {
		hint = fmt.Sprintf("did you mean %q?", s)
	}
	if s, ok := exprHabits[name]; ok {
		hint = s
	}
	return e.problemAt(n, "unknown-function", fmt.Sprintf("unknown function %q", name), hint)
}

// exprHabits are functions that people know from expr or JavaScript.
var exprHabits = map[string]string{
	"base64encode": `did you mean "base64"?`, "base64Encode": `did you mean "base64"?`, "toBase64": `did you mean "base64"?`, "btoa": `did you mean "base64"?`, "atob": `did you mean "fromBase64"?`,
	"encodeURIComponent": `did you mean "urlEncode"?`, "toJSON": `did you mean "jsonEncode"?`, "fromJSON": `did you mean "jsonDecode"?`,
	"concat": "write a + b", "hasPrefix": "write a startsWith b", "hasSuffix": "write a endsWith b", "int": `did you mean "number"?`, "float": `did you mean "number"?`,
	"if": "write condition ? yes : no", "date": `did you mean "formatTime"?`, "timestamp": `did you mean "now"?`, "parseInt": `did you mean "number"?`,
	"get": "write object.name, or object[name]", "first": "write list[0]", "last": "write list[-1]", "repeat": "there is no function that repeats a text",
	"array": `did you mean "list"?`, "toList": `did you mean "list"?`, "toArray": `did you mean "list"?`, "asList": `did you mean "list"?`,
	"random": `did you mean "nonce"?`, "hash": `did you mean "sha256"?`, "substring": "write text[1:3]", "slice": "write text[1:3]",
}

// textOf returns v as text; what says what it is for.
func textOf(v Value, what string) (string, error) {
	if v.kind == KindString {
		return v.str, nil
	}
	if v.kind == KindBytes {
		return "", fmt.Errorf("%s is text, not bytes; hex() or base64() makes text of them", what)
	}
	return "", fmt.Errorf("%s is text, not %s%s", what, kindWithArticle(v), stringHint(v))
}

func stringHint(v Value) string {
	if v.kind == KindNumber || v.kind == KindBool {
		return "; string() makes text of it"
	}
	return ""
}

// integer returns v as a whole number; what says what it is for.
func integer(v Value, what string) (int, error) {
	n, ok := v.AsNumber()
	if !ok {
		return 0, fmt.Errorf("%s is a whole number, not %s", what, kindWithArticle(v))
	}
	if n != math.Trunc(n) || math.Abs(n) > 1<<52 {
		return 0, fmt.Errorf("%s is a whole number, not %s", what, FormatNumber(n))
	}
	return int(n), nil
}

// binaryOf returns the content of text or bytes.
func binaryOf(v Value) (string, error) {
	if v.kind != KindString && v.kind != KindBytes {
		return "", fmt.Errorf("text or bytes are wanted, not %s%s", kindWithArticle(v), stringHint(v))
	}
	return v.str, nil
}

func twoTexts(args []Value) (s, t string, err error) {
	if s, err = textOf(args[0], "the first argument"); err == nil {
		t, err = textOf(args[1], "the second argument")
	}
	return s, t, err
}

// rounding returns a function of one number.
func rounding(name, summary, in, want string, fn func(float64) float64) ExprFunc {
	return ExprFunc{
		Name: name, Args: "number", Summary: "the number " + summary, min: 1, max: 1,
		takes: []kinds{ofNumber}, gives: numberType,
		Examples: []Example{{In: in, Want: want}},
		one: func(_ *frame, v Value) (Value, error) {
			x, ok := v.AsNumber()
			if !ok {
				return Undefined, fmt.Errorf("its argument is a number, not %s", kindWithArticle(v))
			}
			return Number(fn(x)), nil
		},
	}
}

// changed returns a function that makes text of text.
func changed(name, summary, in, want string, fn func(string) string) ExprFunc {
	return ExprFunc{
		Name: name, Args: "text", Summary: summary, min: 1, max: 1,
		takes: []kinds{ofText}, gives: textType,
		Examples: []Example{{In: in, Want: want}},
		one: func(f *frame, v Value) (Value, error) {
			s, err := textOf(v, "its argument")
			if err == nil {
				err = f.spend(len(s) / bytesOfStep)
			}
			if err != nil {
				return Undefined, err
			}
			s = fn(s)
			return String(s), f.build(len(s))
		},
	}
}

var (
	lowerFunc = changed("lower", "the text in lower case", `lower("AbC")`, `"abc"`, strings.ToLower)
	upperFunc = changed("upper", "the text in upper case", `upper("AbC")`, `"ABC"`, strings.ToUpper)
	trimFunc  = changed("trim", "the text without blanks around it", `trim("  a b ")`, `"a b"`, strings.TrimSpace)
)
