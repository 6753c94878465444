package formula_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/formula"
)

// hostile are variables as large as a hostile server can make them.
func hostile(t testing.TB) formula.Value {
	t.Helper()
	var many, deep, texts []formula.Value
	for i := range 20_000 {
		many = append(many, formula.Number(float64(i)))
		texts = append(texts, formula.String("item"))
	}
	nested := formula.Number(1)
	for range 90 {
		nested = formula.List(nested, nested) // 90 lists in memory, 2^90 to who walks through them
	}
	for range 1000 {
		deep = append(deep, formula.String(strings.Repeat("x", 1000)))
	}
	return formula.Object(
		formula.Member{Key: "many", Value: formula.List(many...)},
		formula.Member{Key: "texts", Value: formula.List(texts...)},
		formula.Member{Key: "nested", Value: nested},
		formula.Member{Key: "long", Value: formula.String(strings.Repeat("a", 1<<20))},
		formula.Member{Key: "half", Value: formula.String(strings.Repeat("a", 1<<19))},
		formula.Member{Key: "blocks", Value: formula.List(deep...)},
		formula.Member{Key: "pattern", Value: formula.String(strings.Repeat("x{1000}", 100))},
	)
}

const (
	tooManySteps = "the formula takes too long: it was stopped after 500,000 steps"
	tooLongText  = "the formula builds a text of more than 1 MiB"
	tooMuchText  = "the formula builds more than 8 MiB of text"
	tooLarge     = "the formula builds a value of more than 32 MiB"
	tooDeep      = "the formula builds a value nested deeper than 500 levels"
)

// TestBoundsOfExpressions runs what took other evaluators seconds, or the whole
// process.
func TestBoundsOfExpressions(t *testing.T) {
	vars := hostile(t)
	lets := func(step string) string {
		var b strings.Builder
		b.WriteString(`let a0 = ["x"]; `)
		for i := range 60 {
			fmt.Fprintf(&b, "let a%d = %s; ", i+1, strings.ReplaceAll(step, "A", fmt.Sprint("a", i)))
		}
		return b.String() + "a60"
	}
	for name, c := range map[string]struct{ in, want string }{
		"doubling a text by reduce":         {`reduce(1..100, #acc + #acc, "aaaaaaaaaa")`, tooLongText},
		"doubling a text by let":            {`let a = long + long; a`, tooLongText},
		"many long texts":                   {`map(1..100, half + "b")`, tooMuchText},
		"many long texts, thrown away":      {`count(1..10000, len(half + "b") > 0)`, tooMuchText},
		"replace in a long text":            {`replace(long, "a", "bbbbbbbb")`, tooLongText},
		"replace nothing":                   {`replace(long, "", "bbbbbbbb")`, tooLongText},
		"JSON of a value without end":       {`jsonEncode(nested)`, tooManySteps},
		"JSON of many texts":                {`jsonEncode(map(1..9, blocks))`, tooLongText},
		"comparing values without end":      {`nested == [nested, 1]`, tooLarge},
		"looking for a value without end":   {`[nested] in [[nested]]`, tooLarge},
		"lists of lists by let":             {lets("[A, A]"), tooLarge},
		"objects of objects by let":         {lets(`{"p": A, "q": A}`), tooLarge},
		"a nest by reduce":                  {`reduce(1..10000, [#acc], 1)`, tooDeep},
		"nested loops":                      {`count(many, count(many, # > 0) > 0)`, tooManySteps},
		"nested loops in a filter":          {`filter(many, any(many, # < 0))`, tooManySteps},
		"three loops over a range":          {`map(1..1000, map(1..1000, map(1..1000, #)))`, tooManySteps},
		"a long predicate":                  {`count(many, ` + strings.Repeat("# * 1 - ", 150) + `# > 2)`, tooManySteps},
		"a range too long":                  {`1..1000000000`, "a range has at most 10000 items"},
		"a range below zero":                {`-4503599627370495..4503599627370495`, "a range has at most 10000 items"},
		"many ranges":                       {`map(1..10000, 1..10000)`, tooManySteps},
		"sorting texts":                     {`sortBy(map(1..60, blocks[0] + string(#)), #)[0]`, ""},
		"comparing what has no end":         {`nested == nested[0]`, tooManySteps},
		"sorting long texts":                {`sortBy(map(many, half), #)`, tooLarge},
		"slices of a long text":             {`count(many, half[0:1] == "b") + count(many, half[1:2] == "b")`, tooManySteps},
		"lengths of a long text":            {`count(many, len(long) > 0)`, tooManySteps},
		"comparing long texts":              {`count(many, half < half)`, tooManySteps},
		"searching a long text":             {`count(many, long contains "b")`, tooManySteps},
		"splitting a long text":             {`split(long, "")`, tooManySteps},
		"cases of a long text":              {`count(many, upper(half) == "b")`, tooMuchText},
		"numbers of a long text":            {`count(many, number(long) > 0)`, "count: number: the text is no number"},
		"digests of a long text":            {`count(many, sha512(long) == md5("b"))`, tooManySteps},
		"HMACs with a long key":             {`count(many, hmac("sha1", long, long) == md5("b"))`, tooManySteps},
		"base64 of a long text":             {`base64(long + "")`, tooLongText},
		"decoding JSON again and again":     {`count(many, jsonDecode("[" + half[0:1] + "]") == 1)`, "count: jsonDecode: the text is not JSON"},
		"a regular expression, repeated":    {`long matches "(a{0,30}b{0,30}){0,30}c"`, "the regular expression repeats too much"},
		"a regular expression from data":    {`long matches pattern`, "the regular expression repeats too much"},
		"a regular expression that is long": {`long matches (half)`, "a regular expression has at most 1000 bytes"},
		"backtracking is no matter":         {`long matches "(a+)+$"`, ""},
		"many matches":                      {`count(many, long matches "(a|b|c)*d")`, tooManySteps},
		"many patterns":                     {`count(many, "a" matches ("a{0,500}" + string(#)))`, tooManySteps},
		"joining long texts":                {`join(blocks, half)`, tooLongText},
		"values of a long list":             {`map(many, values({"a": many}))`, tooLarge},
		"signatures":                        {`map(1..10000, jwt({}, "k", {"alg": "HS256", "header": {"x": half}}))`, tooMuchText},
		"private keys":                      {`map(1..10000, jwt({}, ` + "`" + ecKey + "`" + `, {"alg": "ES256"}))`, tooManySteps},
		"randomness":                        {`map(many, map(1..10, uuid()))`, tooManySteps},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			in := formula.Object(formula.Member{Key: "$expr", Value: formula.String(c.in)})
			program, _ := formula.Compile(in, formula.Options{})
			_, err := program.Eval(vars, testRun())
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasSuffix(err.Error(), c.want)) {
				t.Errorf("error %v, want %s", err, c.want)
			}
			t.Logf("%v", time.Since(start))
		})
	}
}

func TestBoundsOfFormulas(t *testing.T) {
	vars := hostile(t)
	chain := func(open, closing string, n int) string {
		return strings.Repeat(open, n) + "1" + strings.Repeat(closing, n)
	}
	var tpl, copies strings.Builder
	for i := range 60 {
		fmt.Fprintf(&tpl, `"k%d": "{k%d}{k%d}", `, i, i+1, i+1)
		fmt.Fprintf(&copies, `, "c%d": [{"$copy": "c%d"}, {"$copy": "c%d"}]`, i+1, i, i)
	}
	each := func(item string) string {
		return `{"$iterate": {"source": {"$var": "many"}, "item": ` + item + `}}`
	}
	for name, c := range map[string]struct{ in, want string }{
		"$concat of a long text, twice": {`{"$concat": [{"$var": "long"}, {"$var": "long"}]}`, tooLongText},
		"$concat of a long list":        {`{"$concat": {"values": {"$var": "many"}, "delimiter": {"$var": "long"}}}`, tooLongText},
		"$concat of a list without end": {`{"$concat": ["a", {"$var": "nested"}]}`, tooManySteps},
		"$concat with such a delimiter": {`{"$concat": {"values": ["a", "b"], "delimiter": {"$var": "nested"}}}`, tooManySteps},
		"$concat again and again":       {each(`{"$concat": [{"$var": "parent.half"}]}`), tooMuchText},
		"$tpl that doubles":             {`{"$tpl": {"template": "{k0}", "values": {` + tpl.String() + `"k60": "x"}}}`, tooLongText},
		"$tpl with all before":          {"{\"$tpl\": {\"template\": \"{a}{a}{a}{a}\", \"values\": {\"x\": 1, \"a\": {\"$concat\": [{\"$var\": \"half\"}, \"$`$`$`\"]}}}}", tooLongText},
		"$tpl with a list without end":  {`{"$tpl": {"template": "{a}", "values": {"a": {"$var": "nested"}}}}`, tooManySteps},
		"$tpl with a large pattern":     {`{"$tpl": {"template": "{a}", "values": {"(a{0,100}b{0,100}){0,9}": 1}}}`, "the regular expression repeats too much"},
		"$iterate in $iterate":          {each(each(`{"$var": "item"}`)), ""},
		"three $iterate":                {`{"$iterate": {"source": {"$var": "many"}, "item": {"$iterate": {"source": {"$var": "parent.many"}, "item": {"$iterate": {"source": {"$var": "parent.parent.many"}, "item": 1}}}}}}`, tooManySteps},
		"$iterate of large objects":     {each(`{"a": 1, "b": {"$var": "index"}, "c": [1, {"$var": "index"}, {"d": {"$var": "index"}}], "e": {"f": {"g": {"$var": "index"}}}, "h": [[[{"$var": "index"}]]], "i": {"$concat": ["a", {"$var": "index"}]}, "j": [{"$var": "index"}, {"$var": "index"}, {"$var": "index"}]}`), tooManySteps},
		"$iterate that shares":          {each(`{"$var": "parent.blocks"}`), tooLarge},
		"$iterate that shares itself":   {each(`{"p": {"$var": "parent"}}`), tooLarge},
		"$mergeObjects again and again": {each(`{"$mergeObjects": [{"$var": "parent.many"}]}`), tooManySteps},
		"$eval of a list without end":   {`{"$eval": {"$var": "nested"}, "contains": "x"}`, tooManySteps},
		"$eval is, without end":         {`{"$eval": {"$var": "nested"}, "is": "x"}`, tooManySteps},
		"$eval lt, without end":         {`{"$eval": {"$var": "nested"}, "lt": 1}`, tooManySteps},
		"$eval again and again":         {each(`{"$eval": {"$var": "parent.long"}, "contains": "b"}`), tooManySteps},
		"$map of a value without end":   {`{"$map": {"value": {"$var": "nested"}, "mapping": [{"from": [{"$var": "nested"}, 1], "to": 1}]}}`, tooLarge},
		"a filter over nested lists":    {`{"$case": [{"filter": [{"field": "nested.x", "operator": "is", "value": 1}], "value": 1}]}`, tooManySteps},
		"a filter again and again":      {each(`{"$case": [{"filter": [{"field": "parent.many.x", "operator": "is", "value": 1}], "value": 1}]}`), tooManySteps},
		"$tpl with a slow pattern":      {`{"$tpl": {"template": "` + strings.Repeat("ab", 1<<16) + `", "values": {"(a|b|(a|b){9}){9}c": 1}}}`, tooManySteps},
		"$jsonata that works for long":  {`{"$jsonata": "$count($map(many, function($x){$count(many[$ < 10])})[0]) > 0"}`, tooManySteps},
		"$copy that doubles":            {`{"c0": "x"` + copies.String() + `}`, tooLarge},
		"$copy from data, many times":   {each(`{"$plain": {"$copy": "x"}}`), tooManySteps},
		"$firstName of a long text":     {each(`{"$firstName": {"$var": "parent.long"}}`), tooManySteps},
		"$extractDate of a long text":   {each(`{"$extractDate": {"$var": "parent.long"}}`), tooManySteps},
		"$extractDate of a list":        {`{"$extractDate": {"$var": "nested"}}`, tooManySteps},
		"$jsonata that does not end":    {`{"$jsonata": "($f := function($x){$f($x)}; $f(1))"}`, tooManySteps},
		"$jsonata over nested loops":    {`{"$jsonata": "$count(many.($x := $; $$.many[$ = $x]))"}`, tooManySteps},
		"$jsonata again and again":      {each(`{"$jsonata": "$sum(parent.many)"}`), tooManySteps},
		"$jsonata that doubles":         {`{"$jsonata": "$reduce([1..100], function($a, $b){$a & $a}, \"aaaaaaaaaa\")"}`, tooManySteps},
		"$jsonata of data without end":  {`{"$jsonata": "$string(nested)"}`, tooManySteps},
		"$formula with many variables":  {`{"$formula": [{"$var": "nested"}, {"$var": "nested"}]}`, tooLarge},
		"deep lists":                    {chain("[", "]", 95), ""},
		"deep formulas":                 {chain(`{"$and": [`, `]}`, 45), ""},
		"a text of many long ones":      {`"${long} and"`, tooLongText},
		"a value without end, as it is": {`{"a": {"$var": "nested"}}`, tooLarge},
	} {
		t.Run(name, func(t *testing.T) {
			start := time.Now()
			program, _ := formula.Compile(parse(t, c.in), formula.Options{})
			_, err := program.Eval(vars, testRun())
			if c.want == "" && err != nil || c.want != "" && (err == nil || !strings.HasSuffix(err.Error(), c.want)) {
				t.Errorf("error %v, want %s", err, c.want)
			}
			t.Logf("%v", time.Since(start))
		})
	}
}

// TestBoundsOfSources is about what an author can write.
func TestBoundsOfSources(t *testing.T) {
	for name, source := range map[string]string{
		"brackets":      strings.Repeat("(", 4000),
		"lists":         strings.Repeat("[", 4000),
		"closed lists":  strings.Repeat("[", 1900) + strings.Repeat("]", 1900),
		"negations":     strings.Repeat("!", 4000) + "a",
		"signs":         strings.Repeat("-", 4000) + "1",
		"conditions":    strings.Repeat("a?", 2000),
		"members":       "a" + strings.Repeat(".a", 2000),
		"indexes":       strings.Repeat("a[", 2000),
		"predicates":    strings.Repeat("map(a,", 600),
		"pipes":         "a" + strings.Repeat("|f()", 1000),
		"lets":          strings.Repeat("let a=1;", 500),
		"additions":     strings.Repeat("1+", 2040) + "1",
		"too long":      strings.Repeat("1", 5000),
		"powers":        strings.Repeat("9**", 1300) + "9",
		"coalesced":     strings.Repeat("a??", 1300) + "1",
		"control bytes": "\x00\x01\u2028",
		"a huge number": "1e999999",
		"many digits":   strings.Repeat("9", 400),
		"templates":     strings.Repeat("${", 2000),
	} {
		t.Run(name, func(t *testing.T) {
			for _, in := range []formula.Value{
				formula.Object(formula.Member{Key: "$expr", Value: formula.String(source)}),
				formula.String("${" + source + "}"),
			} {
				program, problems := formula.Compile(in, formula.Options{})
				_, err := program.Eval(formula.Object(), formula.Run{})
				if err == nil && len(problems) == 0 {
					continue // it is fine, as 1+1+…
				}
				var at *formula.Error
				if err != nil && !errors.As(err, &at) {
					t.Errorf("%v has no place", err)
				}
			}
		})
	}
}

// TestNoWayOut shows that an expression reaches nothing but its variables.
func TestNoWayOut(t *testing.T) {
	t.Setenv("SECRET_OF_THE_PROCESS", "hunter2")
	vars := parse(t, `{"a": "x", "o": {"b": 1}}`)
	for _, source := range []string{
		`$env`, `$env.a`, `$env["a"]`, `jsonEncode($env)`, `$env.SECRET_OF_THE_PROCESS`, `keys($env)`, `get($env, "a")`,
		`a.String()`, `o.AppendJSON()`, `o.ToAny()`, `a.Kind`, `o.node`, `a.str`,
		`getenv("HOME")`, `readFile("x")`, `fetch("x")`, `import("os")`, `os.Getenv("HOME")`, `eval("1")`, `type(a)`,
		`toJSON(o)`, `fromJSON("1")`, `repeat("a", 10)`, `mean([1])`, `now().String()`, `duration("1h")`, `date("2024")`, `timezone("UTC")`,
		`groupBy([1], #)`, `filter([1], $env)`, `findLast([1], true)`, `concat([1], [2])`, `flatten([1])`, `sort([2, 1])`,
	} {
		if got, err := evalExpr(t, source, vars.String()); err == nil {
			t.Errorf("%s is %v, want an error", source, got)
		} else if strings.Contains(err.Error(), "hunter2") {
			t.Errorf("%s tells a secret: %v", source, err)
		}
	}
}
