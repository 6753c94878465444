package jsonata_test

import (
	"context"
	"sync"
	"testing"
	"time"

	"github.com/connector-spec/connector/formula/jsonata"
)

// shop is the input of the cases below.
const shop = `{
	"shop": "Corner",
	"open": true,
	"closed": null,
	"orders": [
		{"id": "o1", "customer": {"name": "Ann", "city": "Oslo"}, "total": 12.5,
			"lines": [{"sku": "pen", "qty": 2, "price": 1.25}, {"sku": "book", "qty": 1, "price": 10}]},
		{"id": "o2", "customer": {"name": "Bob", "city": "Rome"}, "total": 3,
			"lines": [{"sku": "pen", "qty": 4, "price": 0.75}]},
		{"id": "o3", "customer": {"name": "Cid", "city": "Oslo"}, "total": 40, "lines": []}
	],
	"stock": [{"sku": "pen", "left": 7}, {"sku": "book", "left": 0}],
	"tags": ["new", "old"],
	"one": ["single"],
	"nested": [[1, 2], [3, [4]]],
	"odd key": 1,
	"10": "ten", "9": "nine"
}`

type evalCase struct {
	name string
	expr string
	want string // as JSON, or undefined
}

var pathCases = []evalCase{
	{"field", `shop`, `"Corner"`},
	{"missing field is undefined", `nothing`, `undefined`},
	{"null is a value", `closed`, `null`},
	{"quoted field", "`odd key`", `1`},
	{"string as a step", `orders[0]."id"`, `"o1"`},
	{"field of each item", `orders.id`, `["o1","o2","o3"]`},
	{"arrays of arrays are joined", `orders.lines.sku`, `["pen","book","pen"]`},
	{"one result stands for itself", `orders[1].lines.sku`, `"pen"`},
	{"unless its step keeps arrays", `orders[1].lines[].sku`, `["pen"]`},
	{"array of one in the data stays", `one`, `["single"]`},
	{"array of one is a result of one", `$.one`, `["single"]`},
	{"missing field of an item is left out", `orders.nothing`, `undefined`},
	{"position", `orders[1].id`, `"o2"`},
	{"position from the end", `orders[-1].id`, `"o3"`},
	{"position is rounded down", `orders[1.9].id`, `"o2"`},
	{"position within each item", `orders.lines[0].sku`, `["pen","pen"]`},
	{"position within the result", `(orders.lines)[0].sku`, `"pen"`},
	{"position that is not there", `orders[9]`, `undefined`},
	{"several positions", `orders[[0, 2]].id`, `["o1","o3"]`},
	{"range of positions", `orders[[1..5]].id`, `["o2","o3"]`},
	{"condition", `orders[total > 10].id`, `["o1","o3"]`},
	{"condition on a missing field", `orders[nothing]`, `undefined`},
	{"condition after condition", `orders[total > 10][customer.city = "Oslo"][1].id`, `"o3"`},
	{"wildcard", `orders[0].customer.*`, `["Ann","Oslo"]`},
	{"wildcard flattens", `{"a": [1, [2]], "b": 3}.*`, `[1,2,3]`},
	{"wildcard in the constructor of a first step", `[*].$type($)`, `["object","boolean"]`},
	{"descendants", `**.sku`, `["pen","book","pen","pen","book"]`},
	{"context", `orders.total.($ * 2)`, `[25,6,80]`},
	{"root", `orders[0].lines.(sku & "@" & $$.shop)`, `["pen@Corner","book@Corner"]`},
	{"nested arrays", `nested[1][1]`, `[4]`},
	{"array constructor", `orders.[id, total]`, `[["o1",12.5],["o2",3],["o3",40]]`},
	{"array constructor joins", `[tags, "x", nothing, ["y"]]`, `["new","old","x",["y"]]`},
	{"range", `[1..3, 7]`, `[1,2,3,7]`},
	{"empty range", `[3..1]`, `[]`},
	{"object constructor", `orders[0].{"no": id, "none": nothing}`, `{"no":"o1"}`},
	{"grouping", `orders{customer.city: total}`, `{"Oslo":[12.5,40],"Rome":3}`},
	{"grouping with an aggregate", `orders{customer.city: $sum(total)}`, `{"Oslo":52.5,"Rome":3}`},
	{"order-by", `orders^(total).id`, `["o2","o1","o3"]`},
	{"falling order-by", `orders^(>total).id`, `["o3","o1","o2"]`},
	{"order-by of two terms", `orders^(customer.city, >total).id`, `["o3","o1","o2"]`},
	{"what has no value comes last", `[{"a": 2}, {}, {"a": 1}]^(a).a`, `[1,2]`},
	{"order-by keeps equal items in order", `[{"k":1,"v":"a"},{"k":0,"v":"b"},{"k":1,"v":"c"}]^(k).v`, `["b","a","c"]`},
	{"keys that are numbers come first", `{"b": 1, "10": 2, "a": 3, "9": 4}`, `{"9":4,"10":2,"b":1,"a":3}`},
	{"comment", `/* all */ shop /* of it */`, `"Corner"`},
	{"words as names", `{"and": 1, "or": 2, "in": 3}.(and + or + in)`, `6`},
}

var bindingCases = []evalCase{
	{"variable of the options", `$rate * 2`, `5`},
	{"assignment", `($x := 2; $y := $x + 1; $x * $y)`, `6`},
	{"assignment ends with its block", `($x := 1; ($x := 2); $x)`, `1`},
	{"assignment is a value", `$x := 3`, `3`},
	{"parent", `orders.lines[sku = "pen"].%.id`, `["o1","o2"]`},
	{
		"parent of a parent", `orders.lines.{"sku": sku, "shop": %.%.shop}`,
		`[{"sku":"pen","shop":"Corner"},{"sku":"book","shop":"Corner"},{"sku":"pen","shop":"Corner"}]`,
	},
	{"parent in a predicate", `orders.lines[%.total > 10].sku`, `["pen","book"]`},
	{"parent in an order", `orders.lines^(%.total, sku).sku`, `["pen","book","pen"]`},
	{"index", `orders#$i.($i & ":" & id)`, `["0:o1","1:o2","2:o3"]`},
	{"index of the whole", `orders.lines#$i.{sku: $i}`, `[{"pen":0},{"book":1},{"pen":0}]`},
	{"bindings without a name", `[orders[0]#$.id, stock@$.sku]`, `["o1","pen","book"]`},
	{"focus joins", `orders.lines@$l.stock[sku = $l.sku].{"sku": sku, "left": left}`, `undefined`},
	{
		"focus joins from the root", `$$.orders@$o.stock@$s[$s.sku in $o.lines.sku].{"id": $o.id, "sku": $s.sku}`,
		`[{"id":"o1","sku":"pen"},{"id":"o1","sku":"book"},{"id":"o2","sku":"pen"}]`,
	},
	{"focus and grouping", `orders@$o{$o.customer.city: $count($o)}`, `{"Oslo":2,"Rome":1}`},
}

var functionCases = []evalCase{
	{"lambda", `function($a, $b){ $a + $b }(1, 2)`, `3`},
	{"short lambda", `λ($a){ $a * 2 }(4)`, `8`},
	{"missing argument is undefined", `function($a, $b){ $exists($b) }(1)`, `false`},
	{"closure", `($add := function($n){ function($m){ $n + $m } }; $add(2)(3))`, `5`},
	{"closure sees its input", `orders[0].customer.(function(){ name })()`, `"Ann"`},
	{"recursion", `($f := function($n){ $n < 2 ? 1 : $n * $f($n - 1) }; $f(10))`, `3628800`},
	{"tail recursion does not nest", `($f := function($n, $s){ $n = 0 ? $s : $f($n - 1, $s + $n) }; $f(20000, 0))`, `200010000`},
	{"signature fills in the context", `shop.(function($s)<s-:s>{ $s & "!" })()`, `"Corner!"`},
	{"signature makes an array", `function($a)<a<n>:n>{ $count($a) }(7)`, `1`},
	{"signature of two arrays", `function($a, $b)<a<n>a<s>>{ $count($a) & $b[0] }(7, "x")`, `"1x"`},
	{"partial application", `($half := $substring(?, 0, 2); $half("abcd"))`, `"ab"`},
	{"partial application of a lambda", `($f := function($a, $b){ $a - $b }; ($f(?, 1))(5))`, `4`},
	{"application", `"a b" ~> $uppercase ~> $split(" ")`, `["A","B"]`},
	{"composition", `($f := $trim ~> $uppercase; $f("  x "))`, `"X"`},
	{"map", `$map(orders, function($o, $i, $all){ $i & "/" & $count($all) & $o.id })`, `["0/3o1","1/3o2","2/3o3"]`},
	{"map with a built-in function", `$map(["a", "b"], $uppercase)`, `["A","B"]`},
	{"map drops undefined", `$map([1, 2], function($x){ $x = 1 ? $x })`, `1`},
	{"filter", `$filter([1..6], function($x){ $x % 2 = 0 })`, `[2,4,6]`},
	{"reduce", `$reduce([1..5], function($a, $b){ $a * $b })`, `120`},
	{"reduce from a start", `$reduce(["a", "b"], function($a, $b){ $a & $b }, ">")`, `">ab"`},
	{"single", `$single(orders, function($o){ $o.id = "o2" }).total`, `3`},
	{"sift", `$sift(orders[0].customer, function($v, $k){ $k = "city" })`, `{"city":"Oslo"}`},
	{"each", `$each(orders[0].customer, function($v, $k){ $k & "=" & $v })`, `["name=Ann","city=Oslo"]`},
	{"sort by a function", `$sort([3, 1, 2], function($l, $r){ $l < $r })`, `[3,2,1]`},
	{"sort strings by units", `$sort(["b", "\uff5e", "😀", "a"])`, `["a","b","😀","～"]`},
	{"eval", `$eval("[1, 2]")`, `[1,2]`},
	{"eval over another input", `$eval("$count($)", orders)`, `3`},
	{"eval sees variables", `($x := 3; $eval("$x * 2"))`, `6`},
	{"eval in an argument of a tail call sees the input", `function(){ $map([1], function($x){ $eval("shop") }) }()`, `"Corner"`},
	{"eval in another argument sees none", `$map([1], function($x){ $eval("shop") })`, `undefined`},
	{"function is no data", `$sum`, `undefined`},
	{"function in an object is left out", `{"f": $sum, "a": 1}`, `{"a":1}`},
	{"function in a string is empty", `$string({"f": $sum})`, `"{\"f\":\"\"}"`},
	{"random number", `$random()`, `0.25`},
	{"shuffle", `$shuffle([1, 2, 3, 4])`, `[3,4,2,1]`},
}

var textCases = []evalCase{
	{"concatenation", `"a" & 1 & true & null & nothing & [1, "x"] & {"k": 0.1}`, `"a1truenull[1,\"x\"]{\"k\":0.1}"`},
	{"escapes", `"\u00e9\ud83d\ude00\n\/\\"`, `"é😀\n/\\"`},
	{"halves of a pair join", `"\ud83d" & "\ude00"`, `"😀"`},
	{"half of a pair leaves as a replacement", `"\ud83d"`, `"�"`},
	{"length in code points", `$length("é😀")`, `2`},
	{"substring in code points", `$substring("😀b😀d", 1, 2)`, `"b😀"`},
	{"substring from the end", `$substring("abcd", -3, 2)`, `"bc"`},
	{"substring before", `$substringBefore("a@b@c", "@")`, `"a"`},
	{"substring after", `$substringAfter("a@b@c", "@")`, `"b@c"`},
	{"substring after what is not there", `$substringAfter("abc", "@")`, `"abc"`},
	{"upper case of one letter that becomes two", `$uppercase("straße ﬁ")`, `"STRASSE FI"`},
	{"lower case with a final sigma", `$lowercase("ΟΔΟΣ ΣΑΣ İ")`, `"οδος σας i̇"`},
	{"trim", `$trim("  a \n\t b  ")`, `"a b"`},
	{"pad", `$pad("a", 3) & $pad("b", -3, "xy") & $pad("😀", 3, "é")`, `"a  xyb😀éé"`},
	{"split", `$split("a, b,c", ",", 2)`, `["a"," b"]`},
	{"split by a regular expression", `$split("a1b22c", /[0-9]+/)`, `["a","b","c"]`},
	{"split into letters", `$split("abc", "")`, `["a","b","c"]`},
	{"halves of a pair meet again", `$join($split("😀x", "")) & $replace("\ud83d-\ude00", "-", "") & $replace("\ud83d-\ude00", /-/, "")`, `"😀x😀😀"`},
	{"join", `$join(tags, "+")`, `"new+old"`},
	{"contains", `[$contains("abc", "b"), $contains("abc", /^b/)]`, `[true,false]`},
	{"match", `$match("ab-cd", /(\w)(\w)/)`, `[{"match":"ab","index":0,"groups":["a","b"]},{"match":"cd","index":3,"groups":["c","d"]}]`},
	{"match counts UTF-16 units", `$match("😀x", /x/).index`, `2`},
	{"group without a match", `$match("b", /(a)?b/).groups`, `[null]`},
	{"replace", `$replace("a.b.c", ".", "-", 1)`, `"a-b.c"`},
	{"replace with groups", `$replace("john smith", /(\w+) (\w+)/, "$2, $1 $$ $0 $3")`, `"smith, john $ john smith "`},
	{"replace with a function", `$replace("abc", /[ac]/, function($m){ $uppercase($m.match) })`, `"AbC"`},
	{"line start after the first match", `$replace("ab\nab", /^a/m, "x") & $replace("aaa", /^a/, "x")`, `"xb\nxbxaa"`},
	{"word boundary after the first match", `$replace("ab cd", /\b\w/, "_")`, `"_b _d"`},
	{"regular expression ignores case", `$match("ABC", /b/i).match`, `"B"`},
	{"regular expression as a function", `($r := /b(.)/; $r("abcd"))`, `{"match":"bc","start":1,"end":3,"groups":["c"]}`},
	{"matches one after another", `($r := /a/; $r("aba").next().start)`, `2`},
	{"classes of JavaScript", `$replace("a\u00a0b]^-", /[\s\]^-]/, "_")`, `"a_b___"`},
	{"dot stops at line ends", `$match("a\u2028b", /a.b/)`, `undefined`},
	{"own matcher", `$match("xay", function($s){ {"match": "a", "start": 1, "end": 2, "groups": [], "next": function(){ nothing }} }).index`, `1`},
	{"base64", `$base64encode("user:pä") & $base64decode("w6Q")`, `"dXNlcjpw5A==Ã¤"`},
	{"percent encoding", `$encodeUrlComponent("a b&é") & $encodeUrl("?x=é #")`, `"a%20b%26%C3%A9?x=%C3%A9%20#"`},
	{"percent decoding", `$decodeUrlComponent("%3F%C3%A9") & $decodeUrl("%3F%C3%A9")`, `"?é%3Fé"`},
	{"pretty text", `$string({"a": [1, {}], "b": []}, true)`, `"{\n  \"a\": [\n    1,\n    {}\n  ],\n  \"b\": []\n}"`},
	{"comparison by units", `"\uff5e" > "😀"`, `true`},
}

var numberCases = []evalCase{
	{"arithmetic", `[7 + 2, 7 - 2, 7 * 2, 7 / 2, 7 % 4, -7 % 4]`, `[9,5,14,3.5,3,-3]`},
	{"precedence", `1 + 2 * 3 = 7 and 2 < 3`, `true`},
	{"undefined in a sum", `1 + nothing`, `undefined`},
	{"undefined in a comparison", `[1 = nothing, 1 != nothing]`, `[false,false]`},
	{"large and small numbers", `$string(1e21) & " " & 1e20 & " " & 1e-6 & " " & 1e-7`, `"1e+21 100000000000000000000 0.000001 1e-7"`},
	{"fifteen digits", `$string(0.1 + 0.2) & " " & (22 / 7)`, `"0.3 3.14285714285714"`},
	{"results keep all digits", `0.1 + 0.2`, `0.30000000000000004`},
	{"zero has no sign", `$string(-0) & (0 * -1)`, `"00"`},
	{"number of a text", `[$number("-1.5e3"), $number(true)]`, `[-1500,1]`},
	{"rounding to the even", `[$round(0.5), $round(1.5), $round(-2.5), $round(2.345, 2), $round(125, -1)]`, `[0,2,-2,2.34,120]`},
	{"floor and ceiling", `[$floor(-1.5), $ceil(-1.5), $abs(-2)]`, `[-2,-1,2]`},
	{"power and root", `[$power(2, -2), $sqrt(16)]`, `[0.25,4]`},
	{"aggregates", `[$sum(orders.total), $max(orders.total), $min(orders.total), $average(orders.total), $count(orders)]`, `[55.5,40,3,18.5,3]`},
	{"aggregates of nothing", `[$sum(nothing), $sum([]), $max([]), $count(nothing)]`, `[0,0]`},
	{"base", `$formatBase(255, 16) & $formatBase(-5, 2)`, `"ff-101"`},
	{"format number", `$formatNumber(1234567.891, "#,##0.00")`, `"1,234,567.89"`},
	{"format negative number", `$formatNumber(-5, "0.0;(0.0)") & $formatNumber(-5, "0")`, `"(5.0)-5"`},
	{"format percent", `$formatNumber(0.256, "#0.0%")`, `"25.6%"`},
	{"format exponent", `$formatNumber(1234.5, "0.00e00") & " " & $formatNumber(0, "0e0")`, `"1.23e03 0e0"`},
	{"format with other signs", `$formatNumber(1234.5, "#.##0,0", {"decimal-separator": ",", "grouping-separator": "."})`, `"1.234,5"`},
	{"format in other digits", `$formatNumber(12, "٠٠٠", {"zero-digit": "٠"})`, `"٠١٢"`},
	{
		"integer pictures", `[$formatInteger(1234, "#,##0"), $formatInteger(42, "Ww"), $formatInteger(1999, "I"), $formatInteger(28, "a"), $formatInteger(112, "0;o")]`,
		`["1,234","Forty-Two","MCMXCIX","ab","112th"]`,
	},
	{
		"ordinal words", `$formatInteger(1321, "w;o") & "/" & $formatInteger(2000000, "w;o") & "/" & $formatInteger(30, "w;o")`,
		`"one thousand, three hundred and twenty-first/two millionth/thirtieth"`,
	},
	{"parse integers", `[$parseInteger("1,234", "#,##0"), $parseInteger("forty-two", "w"), $parseInteger("MCMXCIX", "I"), $parseInteger("ab", "a")]`, `[1234,42,1999,28]`},
	{"conditional", `[1 > 0 ? "yes" : "no", 0 ? 1 : 2]`, `["yes",2]`},
	{"conditional without an else", `false ? 1`, `undefined`},
	{"truth", `[$boolean([0, 1]), $boolean([0]), $boolean({}), $boolean("0"), $boolean(null), $not([])]`, `[true,false,false,true,false,true]`},
	{"membership", `["new" in tags, 1 in 1, "x" in nothing]`, `[true,true,false]`},
	{"equality goes deep", `[[1, {"a": 2, "b": 3}] = [1, {"b": 3, "a": 2}], [1] = [1, 2], null = null]`, `[true,false,true]`},
}

var dateCases = []evalCase{
	{"now", `$now()`, `"2024-02-29T13:05:09.007Z"`},
	{"now by a picture", `$now("[D]/[M]/[Y]", "+0200")`, `"29/2/2024"`},
	{"milliseconds", `$millis()`, `1709211909007`},
	{"from milliseconds", `$fromMillis(0)`, `"1970-01-01T00:00:00.000Z"`},
	{"names", `$fromMillis($millis(), "[FNn], [D1o] [MNn] [Y] [h]:[m01][P]")`, `"Thursday, 29th February 2024 1:05pm"`},
	{"short names", `$fromMillis($millis(), "[FN,3-3] [MNn,*-3]")`, `"THU Feb"`},
	{"weeks", `$fromMillis(1104537600000, "[Y] [X]-[W] [x]-[w] [d]")`, `"2005 2004-53 12-5 1"`},
	{"timezones", `$fromMillis(0, "[H01]:[m] [Z] [z] [Z0]", "+0530")`, `"05:30 +05:30 GMT+05:30 +5:30"`},
	{"brackets", `$fromMillis(0, "[[[Y]]]")`, `"[1970]"`},
	{"year in words", `$fromMillis($millis(), "[YWw]")`, `"Two Thousand and Twenty-Four"`},
	{"to milliseconds", `[$toMillis("1970-01-01"), $toMillis("1970-01-01T00:00:01.5+0100"), $toMillis("1970")]`, `[0,-3598500,0]`},
	{"to milliseconds by a picture", `$toMillis("5th March 2020, 3:07 pm", "[D1o] [MNn] [Y], [h]:[m] [P]")`, `1583420820000`},
	{"missing larger parts are those of now", `$fromMillis($toMillis("10:30", "[H]:[m]"))`, `"2024-02-29T10:30:00.000Z"`},
	{"years of two digits are of the last century", `$fromMillis($toMillis("1/2/18", "[D]/[M]/[Y]"), "[Y]")`, `"1918"`},
	{"day of the year", `$fromMillis($toMillis("2020-60", "[Y]-[d]"), "[M]/[D]")`, `"2/29"`},
	{"text of another form", `$toMillis("x", "[Y]")`, `undefined`},
	{"before 1970", `$fromMillis(-62135596800001)`, `"0000-12-31T23:59:59.999Z"`},
}

var objectCases = []evalCase{
	{"keys", `$keys(orders[0])`, `["id","customer","total","lines"]`},
	{"keys of several", `$keys([{"a": 1}, {"b": 1, "a": 2}])`, `["a","b"]`},
	{"lookup", `$lookup(orders, "id")`, `["o1","o2","o3"]`},
	{"spread", `$spread({"a": 1, "b": 2})`, `[{"a":1},{"b":2}]`},
	{"merge", `$merge([{"a": 1, "b": 2}, {"b": 3}])`, `{"a":1,"b":3}`},
	{"append", `$append(1, [2, 3])`, `[1,2,3]`},
	{"reverse", `$reverse(tags)`, `["old","new"]`},
	{"distinct", `$distinct([1, "1", 1, {"a": 1}, {"a": 1}, [1], null, null])`, `[1,"1",{"a":1},[1],null]`},
	{"zip", `$zip([1, 2, 3], ["a", "b"])`, `[[1,"a"],[2,"b"]]`},
	{"types", `[1, "a", true, null, {}, $sum].$type($)`, `["number","string","boolean","null","object","function"]`},
	{"type of an array", `$type([])`, `"array"`},
	{"exists", `[$exists(shop), $exists(nothing), $exists(closed)]`, `[true,false,true]`},
	{
		"transform", `orders[0] ~> |lines|{"sum": qty * price}, ["qty", "price"]|`,
		`{"id":"o1","customer":{"name":"Ann","city":"Oslo"},"total":12.5,"lines":[{"sku":"pen","sum":2.5},{"sku":"book","sum":10}]}`,
	},
	{"transform leaves its input alone", `($c := orders[0].customer; $d := $c ~> |$|{"city": "Bonn"}|; [$c.city, $d.city])`, `["Oslo","Bonn"]`},
	{"transform leaves the root alone", `($d := tags ~> |$$|{"shop": "x"}|; shop)`, `"Corner"`},
	{"clone", `$clone({"a": 0.1, "f": $sum})`, `{"a":0.1,"f":""}`},
	{"assertion that holds", `$assert(true)`, `undefined`},
}

func TestEval(t *testing.T) {
	t.Parallel()
	for topic, cases := range map[string][]evalCase{
		"path": pathCases, "binding": bindingCases, "function": functionCases, "text": textCases,
		"number": numberCases, "date": dateCases, "object": objectCases,
	} {
		for _, c := range cases {
			t.Run(topic+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				got, err := evaluate(t.Context(), c.expr, decodeJSON(t, []byte(shop)), jsonata.Options{
					Bindings: map[string]any{"rate": 2.5},
					Now:      time.UnixMilli(1709211909007),
					Rand:     func() float64 { return 0.25 },
				})
				if err != nil {
					t.Fatalf("%s: %v", c.expr, err)
				}
				if show(got) != c.want {
					t.Errorf("%s\ngot  %s\nwant %s", c.expr, show(got), c.want)
				}
			})
		}
	}
}

func TestInputs(t *testing.T) {
	t.Parallel()
	list := []any{1.0, []any{2.0}, "x"}
	for _, c := range []struct {
		name  string
		input any
		expr  string
		want  string
	}{
		{"array counts as one input", list, `$count($)`, `3`},
		{"paths go into its items", []any{list}, `$[0][2]`, `"x"`},
		{"string", "x", `$ & $$`, `"xx"`},
		{"null", nil, `$`, `null`},
		{"undefined", jsonata.Undefined{}, `$`, `undefined`},
		{"undefined still lets literals be", jsonata.Undefined{}, `{"a": 1}`, `{"a":1}`},
		{"other types are objects without fields", struct{ A int }{1}, `[$type($), $exists(A)]`, `["object",false]`},
		{"text that is not UTF-8", "a\xffb", `$ & $length($)`, `"a�b3"`},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			got, err := evaluate(t.Context(), c.expr, c.input, jsonata.Options{})
			if err != nil || show(got) != c.want {
				t.Errorf("%s = %s, error %v, want %s", c.expr, show(got), err, c.want)
			}
		})
	}
}

// TestConcurrentUse is for the race detector.
func TestConcurrentUse(t *testing.T) {
	t.Parallel()
	expr, err := jsonata.Compile(`orders[total > 3]^(>total).{"id": id, "n": $replace(id, /o(\d)/, "$1"), "s": $sum(lines.(qty * price))} ~> |$|{"x": 1}|`)
	if err != nil {
		t.Fatal(err)
	}
	input := decodeJSON(t, []byte(shop))
	var wg sync.WaitGroup
	for range 8 {
		wg.Go(func() {
			for range 50 {
				got, err := expr.Eval(context.Background(), input, jsonata.Options{})
				want := `[{"id":"o3","n":"3","x":1},{"id":"o1","n":"1","s":12.5,"x":1}]`
				if err != nil || show(got) != want {
					t.Errorf("got %s, error %v, want %s", show(got), err, want)
					return
				}
			}
		})
	}
	wg.Wait()
}
