package jsonata_test

import (
	"context"
	"errors"
	"runtime"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/formula/jsonata"
)

// bombs are expressions that ask for more time or memory than there is.
var bombs = map[string]string{
	"endless tail recursion":     `($f := function(){ $f() }; $f())`,
	"endless recursion":          `($f := function($n){ 1 + $f($n) }; $f(1))`,
	"mutual recursion":           `($a := function(){ $b() + 1 }; $b := function(){ $a() + 1 }; $a())`,
	"recursion of two":           `($f := function($n){ $n < 2 ? $n : $f($n-1) + $f($n-2) }; $f(60))`,
	"long range":                 `$sum([1..10000000])`,
	"many ranges":                `$map([1..1000], function(){ $count([1..1000000]) })`,
	"ranges in ranges":           `[1..10000].([1..10000])`,
	"wide pad":                   `$length($pad("x", 1000000000))`,
	"wide pad of a long string":  `$length($pad("x", 1000000000, $pad("y", 1000000)))`,
	"doubling a string":          `($f := function($s){ $f($s & $s) }; $f("x"))`,
	"doubling with join":         `($f := function($s){ $f($join([$s, $s], $s)) }; $f("x"))`,
	"doubling with replace":      `($f := function($s){ $f($replace($s, "x", "xx")) }; $f("x"))`,
	"doubling with a regex":      `($f := function($s){ $f($replace($s, /x/, "$0$0")) }; $f("x"))`,
	"doubling with a template":   `($f := function($s){ $f($replace("x", /x/, $replace($s, "$", "$0$0"))) }; $f("$$$$"))`,
	"doubling an array":          `($f := function($a){ $f($append($a, $a)) }; $f([1]))`,
	"doubling by a constructor":  `($f := function($a){ $f([$a, $a]) }; $f([1]))`,
	"doubling an object":         `($f := function($o){ $f({"a": $o, "b": $o}) }; $f({}))`,
	"writing a shared object":    `$string($reduce([1..40], function($o, $i){ {"a": $o, "b": $o} }, {}))`,
	"cloning a shared object":    `$clone($reduce([1..40], function($o, $i){ {"a": $o, "b": $o} }, {}))`,
	"comparing shared objects":   `($f := function(){ $reduce([1..40], function($o, $i){ {"a": $o, "b": $o} }, {}) }; $f() = $f())`,
	"descending a shared object": `$reduce([1..40], function($o, $i){ {"a": $o, "b": $o} }, {}).**`,
	"returning a shared object":  `$reduce([1..40], function($o, $i){ {"a": $o, "b": $o} }, {})`,
	"concatenating in a reduce":  `$reduce([1..100000], function($s, $i){ $s & $s & "x" }, "x")`,
	"deep array":                 `($f := function($a, $n){ $n = 0 ? $a : $f([[$a]], $n - 1) }; $string($f([1], 100000)))`,
	"deep array compared":        `($f := function($a, $n){ $n = 0 ? $a : $f([[$a]], $n - 1) }; $f([1], 50000) = $f([1], 50000))`,
	"deep array returned":        `($f := function($a, $n){ $n = 0 ? $a : $f([[$a]], $n - 1) }; $f([1], 100000))`,
	"deep array looked up":       `($f := function($a, $n){ $n = 0 ? $a : $f([[$a]], $n - 1) }; $f([1], 100000).x)`,
	"deep array as condition":    `($f := function($a, $n){ $n = 0 ? $a : $f([[$a]], $n - 1) }; $f([1], 100000) ? 1)`,
	"composed functions":         `($f := function($g, $n){ $n = 0 ? $g : $f($g ~> $string, $n - 1) }; $f($string, 100000)(1))`,
	"partial of partial":         `($f := function($g, $n){ $n = 0 ? $g : $f($g(?), $n - 1) }; $map([1..1000], $f(function($x){ $x }, 20000)))`,
	"distinct objects":           `$distinct([1..100000].{"a": $})`,
	"sorting by an endless term": `[1..100000]^($sum([1..1000]))`,
	"quadratic filter":           `[1..10000][$ in [1..10000]]`,
	"split into letters":         `$split($pad("", 50000000, "ab"), "")`,
	"all matches":                `$match($pad("", 50000000, "ab"), /a/)`,
	"regex over a long string":   `$map([1..1000], function(){ $contains($pad("", 100000, "a"), /(a|b|c|d)*(e|f|g)/) })`,
	"eval of eval":               `($e := "$eval($e)"; $eval($e))`,
	"huge source in eval":        `$eval($join([1..1000000].$string(), "+"))`,
	"transform that grows":       `($f := function($o){ $f($o ~> |**|{"a": {}, "b": {}}|) }; $f({"x": {}}))`,
	"transform of itself":        `{"a": {}} ~> |a|{"b": $$}|`,
	"roman numerals":             `$formatInteger(1e18, "I")`,
	"wide integer picture":       `$map([1..100000], function(){ $formatInteger(1, "` + strings.Repeat("0", 1000) + `") })`,
	"wide date picture":          `$map([1..100000], function(){ $fromMillis(0, "[Y,*-1000]") })`,
	"argument explosion":         `(function($a)<a+a+a+a+a+a+a+a+n>{ 1 })(` + strings.Repeat("[],", 100) + `"x")`,
	"many variables":             `$map([1..100000], function(){ (` + manyVariables(200) + `) })`,
	"zip of long arrays":         `($a := [1..1000000]; $zip($a, $a, $a, $a, $a, $a))`,
	"spread":                     `($a := [1..1000000].{"a": $}; $spread($a))`,
	"merge":                      `$merge([1..5000000].{$string($): $})`,
	"keys in falling order":      `$merge($reverse([1..200000]).{$string($): $})`,
	"group of everything":        `[1..1000000]{$string($): $}`,
	"tuples":                     `[1..1000]@$a.[1..1000]@$b.($a + $b)`,
	"percent encoding":           `($f := function($s){ $f($encodeUrlComponent($s)) }; $f("%%%%"))`,
	"base64":                     `($f := function($s){ $f($base64encode($s)) }; $f("x"))`,
	"escapes in strings":         `($f := function($s){ $f($string([$s])) }; $f("\""))`,
	"long text shown often":      `($s := $pad("x", 10000000); $map([1..100000], function(){ $s }))`,
	"long text compared":         `($s := $pad("x", 10000000); $t := $s & ""; $map([1..1000000], function(){ $s = $t }))`,
	"long text sorted":           `($s := $pad("x", 1000000); $sort($map([1..100000], function($i){ $s })))`,
	"long text searched":         `($s := $pad("x", 10000000); $map([1..1000000], function(){ $contains($s, "y") }))`,
	"long fill":                  `($s := $pad("x", 10000000); $map([1..1000000], function(){ $pad("a", 2, $s) }))`,
	"long text as a path":        `[$pad("x", 50000000)][0].$`,
	"long number":                `($s := $pad("1", -10000000, "0"); $map([1..1000000], function(){ $number($s) }))`,
	"pretty printing":            `($f := function($a, $n){ $n = 0 ? $a : $f([$a], $n - 1) }; $string([1..1000].$f([1], 2000), true))`,
}

// bombCodes are the errors that may end them: those of the limits, and those
// of calls that are refused because of their arguments.
var bombCodes = map[string]bool{"U1001": true, "U1002": true, "D2014": true, "T0410": true}

func manyVariables(n int) string {
	var b strings.Builder
	for i := range n {
		b.WriteString("$v")
		b.WriteString(strings.Repeat("x", i))
		b.WriteString(" := 1; ")
	}
	return b.String()
}

// TestBombs checks that each of them ends soon, within little memory and with
// the right error. Some are finished by then, which is as good.
func TestBombs(t *testing.T) {
	for name, source := range bombs {
		t.Run(name, func(t *testing.T) {
			expr, err := jsonata.Compile(source)
			if err != nil {
				t.Fatal(err)
			}
			start, before := time.Now(), allocated()
			_, err = expr.Eval(t.Context(), nil, jsonata.Options{})
			took, used := time.Since(start), allocated()-before
			t.Logf("%v, %d MiB, %v", took, used>>20, err)
			var e *jsonata.Error
			if err != nil && (!errors.As(err, &e) || !bombCodes[e.Code]) {
				t.Errorf("got %v, want a limit", err)
			}
			if took > 2*time.Minute { // it does not end; a slow machine may take long
				t.Errorf("took %v", took)
			}
			if used > 4<<30 {
				t.Errorf("allocated %d MiB", used>>20)
			}
		})
	}
}

// allocated is how much was ever allocated.
func allocated() uint64 {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return m.TotalAlloc
}

func TestDepthIsBoundedWhateverIsAskedFor(t *testing.T) {
	t.Parallel()
	opts := jsonata.Options{Limits: jsonata.Limits{Depth: 1 << 40, Steps: 1 << 40, Bytes: 1 << 40}}
	for _, source := range []string{
		`($f := function($n){ 1 + $f($n) }; $f(1))`,
		`($f := function($n){ [$n].($map([$n], $f))[0] }; $f(1))`,
		`($f := function($n){ {"a": $sort([2, 1], function($l, $r){ $f($n) })} }; $f(1))`,
	} {
		_, err := evaluate(t.Context(), source, nil, opts)
		var e *jsonata.Error
		if !errors.As(err, &e) || e.Code != jsonata.CodeTooMuchWork {
			t.Errorf("%s: got %v, want %s", source, err, jsonata.CodeTooMuchWork)
		}
	}
}

func TestLimits(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		expr   string
		limits jsonata.Limits
		want   string // code, or nothing
	}{
		{`$sum([1..100])`, jsonata.Limits{}, ""},
		{`$sum([1..100].($ * 2))`, jsonata.Limits{Steps: 100}, "U1001"},
		{`$sum([1..100].($ * 2))`, jsonata.Limits{Steps: 1000}, ""},
		{`$pad("x", 1000)`, jsonata.Limits{Bytes: 1000}, "U1002"},
		{`$pad("x", 1000)`, jsonata.Limits{Bytes: 10_000}, ""},
		{`((((1))))`, jsonata.Limits{Depth: 4}, "U1001"},
		{`((((1))))`, jsonata.Limits{Depth: 5}, ""},
		{`$eval("$sum([1..100].($ * 2))")`, jsonata.Limits{Steps: 100}, "U1001"},
	} {
		_, err := evaluate(t.Context(), c.expr, nil, jsonata.Options{Limits: c.limits})
		got := ""
		var e *jsonata.Error
		if errors.As(err, &e) {
			got = e.Code
		}
		if got != c.want {
			t.Errorf("%s within %+v: got %q, want %q", c.expr, c.limits, got, c.want)
		}
	}
}

func TestContextEndsEvaluation(t *testing.T) {
	t.Parallel()
	expr, err := jsonata.Compile(`($f := function(){ $f() }; $f())`)
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithTimeout(t.Context(), 10*time.Millisecond)
	defer cancel()
	opts := jsonata.Options{Limits: jsonata.Limits{Steps: 1 << 40, Bytes: 1 << 40}}
	_, err = expr.Eval(ctx, nil, opts)
	var e *jsonata.Error
	if !errors.As(err, &e) || e.Code != jsonata.CodeInterrupted || !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("got %v, want %s because of the deadline", err, jsonata.CodeInterrupted)
	}
}

func TestRegularExpressionsAreBounded(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"one":  `$r := /` + strings.Repeat("(a{1000}|b)", 30) + `/`,
		"many": strings.Repeat(`$f(/a{1000}/);`, 30),
		"deep": `$r := /` + strings.Repeat("(", 5000) + strings.Repeat(")", 5000) + `/`,
	} {
		_, err := jsonata.Compile("(" + source + ")")
		var e *jsonata.Error
		if !errors.As(err, &e) || e.Code != jsonata.CodeRegexp {
			t.Errorf("%s: got %v, want %s", name, err, jsonata.CodeRegexp)
		}
	}
}

func TestSourceIsBounded(t *testing.T) {
	t.Parallel()
	for name, source := range map[string]string{
		"parentheses": strings.Repeat("(", 100_000),
		"brackets":    strings.Repeat("[", 100_000) + "1",
		"objects":     strings.Repeat(`{"a":`, 100_000),
		"negations":   strings.Repeat("-", 100_000) + "1",
		"conditions":  strings.Repeat("a?", 100_000) + "1",
		"functions":   strings.Repeat("function(){", 100_000),
		"sums":        strings.Repeat("1+", 100_000) + "1",
		"long":        strings.Repeat(" ", 2<<20),
	} {
		_, err := jsonata.Compile(source)
		var e *jsonata.Error
		if !errors.As(err, &e) || e.Code != jsonata.CodeExprTooLarge {
			t.Errorf("%s: got %v, want %s", name, err, jsonata.CodeExprTooLarge)
		}
	}
}
