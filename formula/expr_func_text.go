package formula

import (
	"errors"
	"fmt"
	"math"
	"slices"
	"strings"
	"unicode/utf8"
)

var jsonEncodeFunc = ExprFunc{
	Name: "jsonEncode", Args: "value", Summary: "the value as JSON text", min: 1, max: 1,
	gives:    textType,
	Examples: []Example{{In: `jsonEncode({"a": [1, true]})`, Want: `"{\"a\":[1,true]}"`}},
	one: func(f *frame, v Value) (Value, error) {
		if err := f.read(v); err != nil {
			return Undefined, err
		}
		if v.weight() > 8*maxOutput {
			return Undefined, errOutput
		}
		b := v.AppendJSON(nil)
		return String(string(b)), f.build(len(b))
	},
}

var jsonDecodeFunc = ExprFunc{
	Name: "jsonDecode", Args: "text", Summary: "the value that is written as JSON", min: 1, max: 1,
	takes: []kinds{ofText}, gives: anyItem,
	Examples: []Example{{In: `jsonDecode("{\"a\": 1}").a`, Want: `1`}},
	one: func(f *frame, v Value) (Value, error) {
		s, err := textOf(v, "its argument")
		if err == nil {
			err = f.build(len(s))
		}
		if err == nil {
			err = f.spend(len(s) / 8)
		}
		if err != nil {
			return Undefined, err
		}
		made, err := ParseJSON([]byte(s))
		if err != nil {
			return Undefined, errors.New("the text is not JSON")
		}
		return made, nil
	},
}

var stringFunc = ExprFunc{
	Name: "string", Args: "text, number or boolean", Summary: "the value as text: numbers as JavaScript prints them", min: 1, max: 1,
	takes: []kinds{ofScalar}, gives: textType,
	Examples: []Example{{In: `string(1000000)`, Want: `"1000000"`}, {In: `"v" + string(2.50)`, Want: `"v2.5"`}},
	one: func(f *frame, v Value) (Value, error) {
		if v.kind == KindString {
			return v, nil
		}
		b, err := appendInText(nil, v)
		return String(string(b)), errors.Join(err, f.build(len(b)))
	},
}

var numberFunc = ExprFunc{
	Name: "number", Args: "text", Summary: "the number that is written in the text", min: 1, max: 1,
	takes: []kinds{ofNumber | ofText}, gives: numberType,
	Examples: []Example{{In: `number("42") + 1`, Want: `43`}},
	one: func(f *frame, v Value) (Value, error) {
		if v.kind == KindNumber {
			return v, nil
		}
		s, err := textOf(v, "its argument")
		if err == nil {
			err = f.spend(len(s) / bytesOfStep)
		}
		if err != nil {
			return Undefined, err
		}
		n := parseNumber(s)
		if strings.TrimSpace(s) == "" || math.IsNaN(n) || math.IsInf(n, 0) {
			return Undefined, errors.New("the text is no number")
		}
		return Number(n), nil
	},
}

var lenFunc = ExprFunc{
	Name: "len", Args: "text, bytes, list or object", Summary: "how many characters (code points), bytes, items or keys there are", min: 1, max: 1,
	takes: []kinds{ofText | ofBytes | ofList | ofObject}, gives: numberType,
	Examples: []Example{{In: `len("né")`, Want: `2`}, {In: `len([1, 2, 3])`, Want: `3`}},
	one: func(f *frame, v Value) (Value, error) {
		switch v.kind {
		case KindString:
			return Number(float64(utf8.RuneCountInString(v.str))), f.spend(len(v.str) / bytesOfStep)
		case KindBytes:
			return Number(float64(len(v.str))), nil
		case KindList, KindObject:
			return Number(float64(v.Len())), nil
		default:
			return Undefined, fmt.Errorf("a text, a list or an object has a length, not %s", kindWithArticle(v))
		}
	},
}

// cut returns a function that takes something away from a text.
func cut(name, what, in, want string, fn func(s, t string) string) ExprFunc {
	return ExprFunc{
		Name: name, Args: "text, " + what, Summary: "the text without that " + what, min: 2, max: 2,
		takes: []kinds{ofText, ofText}, gives: textType,
		Examples: []Example{{In: in, Want: want}},
		many: func(f *frame, args []Value) (Value, error) {
			s, t, err := twoTexts(args)
			return String(fn(s, t)), errors.Join(err, f.spend(len(t)/bytesOfStep))
		},
	}
}

var (
	trimPrefixFunc = cut("trimPrefix", "prefix", `trimPrefix("https://a.example", "https://")`, `"a.example"`, strings.TrimPrefix)
	trimSuffixFunc = cut("trimSuffix", "suffix", `trimSuffix("a/b/", "/")`, `"a/b"`, strings.TrimSuffix)
)

var splitFunc = ExprFunc{
	Name: "split", Args: "text, separator", Summary: "the parts of a text between the separators", min: 2, max: 2,
	takes: []kinds{ofText, ofText}, gives: textsType,
	Examples: []Example{{In: `split("a,b", ",")`, Want: `["a", "b"]`}, {In: `split(token, "-")[1]`, Vars: `{"token": "abc-us6"}`, Want: `"us6"`}},
	many: func(f *frame, args []Value) (Value, error) {
		s, separator, err := twoTexts(args)
		if err == nil {
			err = f.spend(len(s) / bytesOfStep)
		}
		if err == nil {
			err = f.spend(strings.Count(s, separator))
		}
		if err != nil {
			return Undefined, err
		}
		parts := strings.Split(s, separator)
		list := make([]Value, len(parts))
		for i, part := range parts {
			list[i] = String(part)
		}
		return List(list...), nil
	},
}

var joinFunc = ExprFunc{
	Name: "join", Args: "list, separator", Summary: "the texts of a list as one; the separator may be left out", min: 1, max: 2,
	takes: []kinds{ofList, ofText}, gives: textType,
	Examples: []Example{{In: `join(["read", "write"], " ")`, Want: `"read write"`}},
	many: func(f *frame, args []Value) (Value, error) {
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
		if err := f.spend(len(items)); err != nil {
			return Undefined, err
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
	},
}

var replaceFunc = ExprFunc{
	Name: "replace", Args: "text, old, new", Summary: "the text with every old replaced by new", min: 3, max: 3,
	takes: []kinds{ofText, ofText, ofText}, gives: textType,
	Examples: []Example{{In: `replace("a b c", " ", "+")`, Want: `"a+b+c"`}},
	many: func(f *frame, args []Value) (Value, error) {
		s, old, err := twoTexts(args)
		if err != nil {
			return Undefined, err
		}
		replacement, err := textOf(args[2], "the third argument")
		if err == nil {
			err = f.spend(len(s) / bytesOfStep)
		}
		if err == nil {
			err = f.build(len(s) + strings.Count(s, old)*len(replacement))
		}
		if err != nil {
			return Undefined, err
		}
		return String(strings.ReplaceAll(s, old, replacement)), nil
	},
}

var keysFunc = ExprFunc{
	Name: "keys", Args: "object", Summary: "the keys of an object, in their order", min: 1, max: 1,
	takes: []kinds{ofObject}, gives: textsType,
	Examples: []Example{{In: `keys({"b": 1, "a": 2})`, Want: `["b", "a"]`}},
	one: func(f *frame, v Value) (Value, error) {
		if !v.IsObject() {
			return Undefined, fmt.Errorf("its argument is an object, not %s", kindWithArticle(v))
		}
		if err := f.spend(v.Len()); err != nil {
			return Undefined, err
		}
		list := make([]Value, v.Len())
		for i, k := range v.Keys() {
			list[i] = String(k)
		}
		return List(list...), nil
	},
}

var valuesFunc = ExprFunc{
	Name: "values", Args: "object", Summary: "the values of an object, in the order of its keys", min: 1, max: 1,
	takes: []kinds{ofObject}, gives: listType,
	Examples: []Example{{In: `values({"b": 1, "a": 2})`, Want: `[1, 2]`}},
	one: func(f *frame, v Value) (Value, error) {
		if !v.IsObject() {
			return Undefined, fmt.Errorf("its argument is an object, not %s", kindWithArticle(v))
		}
		if err := f.spend(v.Len()); err != nil {
			return Undefined, err
		}
		return List(slices.Clone(v.node.items)...), nil
	},
}
