package formula

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"math"
	"net/url"
	"slices"
	"strings"
	"unicode/utf8"

	"github.com/expr-lang/expr/ast"
)

// An ExprFunc is a function that expressions can call.
type ExprFunc struct {
	Name, Args, Summary string
	min, max            int // number of arguments
	call                func(f *frame, args []Value) (Value, error)
}

// exprFuncs lists the functions of expressions, beside those that take a
// predicate.
var exprFuncs = []ExprFunc{
	{"base64", "text or bytes", "in base64", 1, 1, encodeWith(base64.StdEncoding.EncodeToString)},
	{"base64url", "text or bytes", "in base64 for URLs, without padding", 1, 1, encodeWith(base64.RawURLEncoding.EncodeToString)},
	{"fromBase64", "text", "the text that is written in base64, of either alphabet", 1, 1, fromBase64},
	{"hex", "text or bytes", "in lower-case hexadecimal digits", 1, 1, encodeWith(hex.EncodeToString)},
	{"urlEncode", "text", "percent-encoded for any part of a URL (RFC 3986)", 1, 1, textFunc(percentEncode)},
	{"md5", "text or bytes", "the MD5 digest, as bytes", 1, 1, digest(md5.New)},
	{"sha1", "text or bytes", "the SHA-1 digest, as bytes", 1, 1, digest(sha1.New)},
	{"sha256", "text or bytes", "the SHA-256 digest, as bytes", 1, 1, digest(sha256.New)},
	{"sha512", "text or bytes", "the SHA-512 digest, as bytes", 1, 1, digest(sha512.New)},
	{"hmac", `"sha256" or another algorithm, key, text`, "the HMAC (RFC 2104), as bytes", 3, 3, hmacFunc},
	{"jsonEncode", "value", "as JSON text", 1, 1, jsonEncode},
	{"jsonDecode", "text", "the value that is written as JSON", 1, 1, jsonDecode},
	{"string", "value", "as text: numbers as JavaScript prints them", 1, 1, stringFunc},
	{"number", "text", "the number that is written there", 1, 1, numberFunc},
	{"len", "text, list or object", "how many code points, items or keys", 1, 1, lenFunc},
	{"lower", "text", "in lower case", 1, 1, textFunc(strings.ToLower)},
	{"upper", "text", "in upper case", 1, 1, textFunc(strings.ToUpper)},
	{"trim", "text", "without blanks around it", 1, 1, textFunc(strings.TrimSpace)},
	{"trimPrefix", "text, prefix", "without the prefix", 2, 2, textFunc2(strings.TrimPrefix)},
	{"trimSuffix", "text, suffix", "without the suffix", 2, 2, textFunc2(strings.TrimSuffix)},
	{"split", "text, separator", "the parts between the separators", 2, 2, splitFunc},
	{"join", "list, separator", "the texts of a list, joined", 1, 2, joinFunc},
	{"replace", "text, old, new", "with every old replaced by new", 3, 3, replaceFunc},
	{"keys", "object", "its keys, in their order", 1, 1, keysFunc},
	{"values", "object", "its values, in the order of the keys", 1, 1, valuesFunc},
	{"abs", "number", "without its sign", 1, 1, numberFunc1(math.Abs)},
	{"ceil", "number", "rounded up", 1, 1, numberFunc1(math.Ceil)},
	{"floor", "number", "rounded down", 1, 1, numberFunc1(math.Floor)},
	{"round", "number", "rounded to the nearest whole number", 1, 1, numberFunc1(math.Round)},
}

// ExprFuncs returns the functions of expressions, those with a predicate last.
func ExprFuncs() []ExprFunc {
	list := slices.Clone(exprFuncs)
	for _, l := range loops {
		list = append(list, ExprFunc{Name: l.name, Args: "list, predicate", Summary: l.summary})
	}
	return append(list, ExprFunc{Name: "reduce", Args: "list, predicate, start", Summary: "what the predicate makes of #acc, the result so far, and # in turn"})
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
	fn := exprFuncs[i]
	if len(n.Arguments) < fn.min || len(n.Arguments) > fn.max {
		return e.problemAt(n, "bad-expression", fmt.Sprintf("%s takes %s", fn.Name, plural(fn.min, fn.max)), fmt.Sprintf("%s(%s): %s", fn.Name, fn.Args, fn.Summary))
	}
	args := make([]operation, len(n.Arguments))
	for i, a := range n.Arguments {
		args[i] = e.need(a)
	}
	return func(f *frame) (Value, error) {
		if err := f.spend(1); err != nil {
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
		v, err := fn.call(f, values)
		if err != nil {
			err = fmt.Errorf("%s: %w", fn.Name, err)
		}
		return v, err
	}
}

func plural(low, high int) string {
	if low != high {
		return fmt.Sprintf("%d to %d arguments", low, high)
	}
	if low == 1 {
		return "1 argument"
	}
	return fmt.Sprintf("%d arguments", low)
}

func (e *exprCompiler) unknownFunction(n ast.Node, name string) operation {
	var names []string
	for _, f := range ExprFuncs() {
		names = append(names, f.Name)
	}
	hint := "functions are " + joinNames(names)
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
	"toBase64": `did you mean "base64"?`, "btoa": `did you mean "base64"?`, "atob": `did you mean "fromBase64"?`,
	"encodeURIComponent": `did you mean "urlEncode"?`, "toJSON": `did you mean "jsonEncode"?`, "fromJSON": `did you mean "jsonDecode"?`,
	"concat": "write a + b", "hasPrefix": "write a startsWith b", "hasSuffix": "write a endsWith b", "int": `did you mean "number"?`, "float": `did you mean "number"?`,
}

// binaryOf returns the bytes of text or bytes.
func binaryOf(v Value) ([]byte, error) {
	if v.kind != KindString && v.kind != KindBytes {
		return nil, fmt.Errorf("text or bytes are wanted, not %s%s", kindWithArticle(v), stringHint(v))
	}
	return []byte(v.str), nil
}

func encodeWith(encode func([]byte) string) func(*frame, []Value) (Value, error) {
	return func(f *frame, args []Value) (Value, error) {
		b, err := binaryOf(args[0])
		if err != nil {
			return Undefined, err
		}
		if err := f.build(2 * len(b)); err != nil {
			return Undefined, err
		}
		return String(encode(b)), nil
	}
}

func textFunc(fn func(string) string) func(*frame, []Value) (Value, error) {
	return func(f *frame, args []Value) (Value, error) {
		s, err := textOf(args[0], "its argument")
		if err != nil {
			return Undefined, err
		}
		if err := f.build(3 * len(s)); err != nil {
			return Undefined, err
		}
		return String(fn(s)), nil
	}
}

func textFunc2(fn func(s, t string) string) func(*frame, []Value) (Value, error) {
	return func(f *frame, args []Value) (Value, error) {
		s, t, err := twoTexts(args)
		if err != nil {
			return Undefined, err
		}
		return String(fn(s, t)), f.spend(len(s) / 64)
	}
}

func twoTexts(args []Value) (s, t string, err error) {
	if s, err = textOf(args[0], "the first argument"); err == nil {
		t, err = textOf(args[1], "the second argument")
	}
	return s, t, err
}

func numberFunc1(fn func(float64) float64) func(*frame, []Value) (Value, error) {
	return func(_ *frame, args []Value) (Value, error) {
		x, ok := args[0].AsNumber()
		if !ok {
			return Undefined, fmt.Errorf("its argument is a number, not %s", kindWithArticle(args[0]))
		}
		return Number(fn(x)), nil
	}
}

func fromBase64(f *frame, args []Value) (Value, error) {
	s, err := textOf(args[0], "its argument")
	if err != nil {
		return Undefined, err
	}
	if err := f.build(len(s)); err != nil {
		return Undefined, err
	}
	encoding := base64.RawStdEncoding
	if strings.ContainsAny(s, "-_") {
		encoding = base64.RawURLEncoding
	}
	b, err := encoding.DecodeString(strings.TrimRight(s, "="))
	switch {
	case err != nil:
		return Undefined, errors.New("the text is not base64")
	case !utf8.Valid(b):
		return Bytes(b), nil
	}
	return String(string(b)), nil
}

// percentEncode encodes all but the unreserved characters of RFC 3986, 2.3.
func percentEncode(s string) string {
	return strings.NewReplacer("+", "%20").Replace(url.QueryEscape(s))
}

func digest(fn func() hash.Hash) func(*frame, []Value) (Value, error) {
	return func(f *frame, args []Value) (Value, error) {
		b, err := binaryOf(args[0])
		if err != nil {
			return Undefined, err
		}
		h := fn()
		h.Write(b)
		return Bytes(h.Sum(nil)), f.spend(len(b) / 64)
	}
}

func hmacFunc(f *frame, args []Value) (Value, error) {
	name, err := textOf(args[0], "the algorithm")
	if err != nil {
		return Undefined, err
	}
	fn := map[string]func() hash.Hash{"md5": md5.New, "sha1": sha1.New, "sha256": sha256.New, "sha512": sha512.New}[strings.ToLower(name)]
	if fn == nil {
		return Undefined, fmt.Errorf("unknown algorithm %q; there are md5, sha1, sha256 and sha512", name)
	}
	key, err := binaryOf(args[1])
	if err != nil {
		return Undefined, err
	}
	text, err := binaryOf(args[2])
	if err != nil {
		return Undefined, err
	}
	h := hmac.New(fn, key)
	h.Write(text)
	return Bytes(h.Sum(nil)), f.spend((len(key) + len(text)) / 64)
}

func jsonEncode(f *frame, args []Value) (Value, error) {
	b := args[0].AppendJSON(nil)
	return String(string(b)), f.build(len(b))
}

func jsonDecode(f *frame, args []Value) (Value, error) {
	s, err := textOf(args[0], "its argument")
	if err != nil {
		return Undefined, err
	}
	if err := f.build(len(s)); err != nil {
		return Undefined, err
	}
	v, err := ParseJSON([]byte(s))
	if err != nil {
		return Undefined, errors.New("the text is not JSON")
	}
	return v, nil
}

func stringFunc(f *frame, args []Value) (Value, error) {
	b, err := appendInText(nil, args[0])
	if err != nil {
		return Undefined, err
	}
	return String(string(b)), f.build(len(b))
}

func numberFunc(_ *frame, args []Value) (Value, error) {
	if args[0].kind == KindNumber {
		return args[0], nil
	}
	s, err := textOf(args[0], "its argument")
	if err != nil {
		return Undefined, err
	}
	n := parseNumber(s)
	if strings.TrimSpace(s) == "" || math.IsNaN(n) || math.IsInf(n, 0) {
		return Undefined, errors.New("the text is no number")
	}
	return Number(n), nil
}

func lenFunc(_ *frame, args []Value) (Value, error) {
	switch v := args[0]; v.kind {
	case KindString:
		return Number(float64(utf8.RuneCountInString(v.str))), nil
	case KindBytes:
		return Number(float64(len(v.str))), nil
	case KindList, KindObject:
		return Number(float64(v.Len())), nil
	default:
		return Undefined, fmt.Errorf("a text, a list or an object has a length, not %s", kindWithArticle(v))
	}
}

func splitFunc(f *frame, args []Value) (Value, error) {
	s, separator, err := twoTexts(args)
	if err != nil {
		return Undefined, err
	}
	if err := f.spend(1 + strings.Count(s, separator)); err != nil {
		return Undefined, err
	}
	list := []Value{}
	for _, part := range strings.Split(s, separator) {
		list = append(list, String(part))
	}
	return List(list...), nil
}

func joinFunc(f *frame, args []Value) (Value, error) {
	items, ok := args[0].AsList()
	if !ok {
		return Undefined, fmt.Errorf("the first argument is a list, not %s", kindWithArticle(args[0]))
	}
	separator := ""
	if len(args) > 1 {
		var err error
		if separator, err = textOf(args[1], "the separator"); err != nil {
			return Undefined, err
		}
	}
	var b []byte
	for i, item := range items {
		if i > 0 {
			b = append(b, separator...)
		}
		var err error
		if b, err = appendInText(b, item); err != nil {
			return Undefined, err
		}
		if len(b) > maxOutput {
			return Undefined, errOutput
		}
	}
	return String(string(b)), f.build(len(b))
}

func replaceFunc(f *frame, args []Value) (Value, error) {
	s, old, err := twoTexts(args)
	if err != nil {
		return Undefined, err
	}
	replacement, err := textOf(args[2], "the third argument")
	if err != nil {
		return Undefined, err
	}
	if err := f.build(len(s) + strings.Count(s, old)*len(replacement)); err != nil {
		return Undefined, err
	}
	return String(strings.ReplaceAll(s, old, replacement)), nil
}

func keysFunc(f *frame, args []Value) (Value, error) {
	if !args[0].IsObject() {
		return Undefined, fmt.Errorf("its argument is an object, not %s", kindWithArticle(args[0]))
	}
	list := make([]Value, args[0].Len())
	for i, k := range args[0].Keys() {
		list[i] = String(k)
	}
	return List(list...), f.spend(len(list))
}

func valuesFunc(f *frame, args []Value) (Value, error) {
	if !args[0].IsObject() {
		return Undefined, fmt.Errorf("its argument is an object, not %s", kindWithArticle(args[0]))
	}
	return List(slices.Clone(args[0].node.items)...), f.spend(args[0].Len())
}
