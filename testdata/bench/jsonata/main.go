// Command jsonata reads the cases of reference.mjs, evaluates each with our
// package and prints how many agree and where the others differ.
package main

import (
	"bufio"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"os"
	"sort"
	"strings"

	"github.com/connector-spec/connector/formula/jsonata"
)

type testCase struct {
	Expr      string          `json:"expr"`
	Input     json.RawMessage `json:"input"`
	Result    json.RawMessage `json:"result"`
	Undefined bool            `json:"undefined"`
	Error     string          `json:"error"`
}

func main() {
	differ, err := run(os.Stdin, os.Stdout)
	if err != nil {
		fmt.Fprintln(os.Stderr, "jsonata:", err)
		os.Exit(3)
	}
	if differ > 0 {
		os.Exit(1)
	}
}

func run(in io.Reader, out io.Writer) (differ int, err error) {
	classes := map[string]int{}
	lines := bufio.NewScanner(in)
	lines.Buffer(nil, 64<<20)
	total := 0
	for lines.Scan() {
		var c testCase
		if err := json.Unmarshal(lines.Bytes(), &c); err != nil {
			return differ, fmt.Errorf("case %d: %w", total+1, err)
		}
		total++
		class, got := compare(c)
		classes[class]++
		if class != same && class != sameError && explained[class] == "" {
			if reason := corner(c); reason != "" {
				classes[class]--
				classes[reason]++
				continue
			}
			differ++
			fmt.Fprintf(out, "%s\n  expr  %s\n  input %s\n  want  %s%s undefined=%v\n  got   %s\n",
				class, c.Expr, c.Input, c.Result, c.Error, c.Undefined, got)
		}
	}
	names := make([]string, 0, len(classes))
	for name := range classes {
		names = append(names, name)
	}
	sort.Strings(names)
	for _, name := range names {
		fmt.Fprintf(out, "%7d %s %s\n", classes[name], name, explained[name])
	}
	fmt.Fprintf(out, "%7d cases, %d differ without an explanation\n", total, differ)
	return differ, lines.Err()
}

const (
	same      = "same result"
	sameError = "same error code"
)

// explained are the classes of differences that are meant to be.
var explained = map[string]string{
	"reference crashes": "(a TypeError or RangeError of JavaScript there)",
	"wrong kind":        "(U1005 here; there JavaScript makes something of a value of the wrong kind)",
	"power":             "(last digit of $power, rounded to the nearest number here)",
	"functions as data": "(the reference shows what its functions are made of)",
	"formatBase":        "(digits of numbers beyond 2^53, exact here)",
	"surrogates":        "(regular expressions match halves of surrogate pairs there)",
	"changed input":     "(the reference writes into its input)",
	"reference hangs":   "(no end within two seconds there)",
}

// compare says in which way the outcomes differ, and what ours is.
func compare(c testCase) (class, got string) {
	input, err := jsonata.DecodeJSON(c.Input)
	if err != nil {
		return "input", err.Error()
	}
	var result any
	expr, err := jsonata.Compile(c.Expr)
	if err == nil {
		result, err = expr.Eval(context.Background(), input, jsonata.Options{})
	}
	if err != nil {
		return compareError(c, err), err.Error()
	}
	got = show(result)
	switch c.Error {
	case "timeout":
		return "reference hangs", got
	case "input changed":
		return "changed input", got
	}
	if crashed(c) {
		return "reference crashes", got
	}
	if c.Error != "" {
		return "result instead of an error", got
	}
	_, isUndefined := result.(jsonata.Undefined)
	if c.Undefined || isUndefined {
		if c.Undefined == isUndefined {
			return same, got
		}
		return "undefined or not", got
	}
	want, err := jsonata.DecodeJSON(c.Result)
	if err != nil {
		return "reference output", err.Error()
	}
	if show(want) == got {
		return same, got
	}
	return "other result", got
}

func compareError(c testCase, err error) string {
	var e *jsonata.Error
	switch {
	case !errors.As(err, &e):
		return "error without a code"
	case e.Code == c.Error:
		return sameError
	case c.Error == "timeout":
		return "reference hangs"
	case c.Error == "input changed":
		return "changed input"
	case crashed(c):
		return "reference crashes"
	case innermost(e).Code == jsonata.CodeWrongKind:
		return "wrong kind"
	case c.Error != "":
		return "other error"
	}
	return "error instead of a result"
}

// innermost is the error that $eval reports.
func innermost(e *jsonata.Error) *jsonata.Error {
	for {
		var inner *jsonata.Error
		if !errors.As(e.Unwrap(), &inner) {
			return e
		}
		e = inner
	}
}

// corner names a known corner of the language that a case touches.
func corner(c testCase) string {
	switch {
	case strings.Contains(c.Expr, "$formatBase"):
		return "formatBase"
	case strings.Contains(c.Expr, "$power"):
		return "power"
	case strings.Contains(string(c.Result), `"definition":"<`), strings.Contains(string(c.Result), "function*"):
		return "functions as data"
	case strings.Contains(c.Expr, "/") && strings.ContainsFunc(c.Expr+string(c.Input), func(r rune) bool { return r > 0xFFFF }):
		return "surrogates"
	}
	return ""
}

// crashed reports whether the reference ended in an error without a code.
func crashed(c testCase) bool { return strings.HasPrefix(c.Error, "native") }

// show writes a value with the order of its fields.
func show(v any) string {
	data, err := json.Marshal(finite(v))
	if err != nil {
		return err.Error()
	}
	return string(data)
}

// finite replaces numbers that JSON lacks as the reference program does.
func finite(v any) any {
	switch t := v.(type) {
	case float64:
		if text := map[bool]string{math.IsNaN(t): "NaN", math.IsInf(t, 1): "Infinity", math.IsInf(t, -1): "-Infinity"}[true]; text != "" {
			o := &jsonata.Object{}
			o.Set("$number", text)
			return o
		}
		return t + 0 // no negative zero
	case []any:
		list := make([]any, len(t))
		for i, item := range t {
			list[i] = finite(item)
		}
		return list
	case *jsonata.Object:
		o := &jsonata.Object{}
		for key, value := range t.All() {
			o.Set(key, finite(value))
		}
		return o
	}
	return v
}
