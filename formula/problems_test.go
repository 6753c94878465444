package formula_test

import (
	"strings"
	"testing"

	"github.com/connector-spec/connector/formula"
	"github.com/google/go-cmp/cmp"
)

// TestProblems is a table: for each value, exactly what is said about it. The
// variables are token and list.
func TestProblems(t *testing.T) {
	for _, c := range []struct {
		in   string
		want []formula.Problem
	}{
		{
			`{"$concatt": ["a"]}`,
			[]formula.Problem{
				{Code: "unknown-formula", Pointer: `/$concatt`, OnKey: true, Offset: -1, Length: 0, Message: `unknown formula "$concatt"`, Hint: `did you mean "$concat"?`},
			},
		},
		{
			`{"$template": "x"}`,
			[]formula.Problem{
				{Code: "unknown-formula", Pointer: `/$template`, OnKey: true, Offset: -1, Length: 0, Message: `unknown formula "$template"`, Hint: `write the text as "…${expression}…", or use $concat`},
			},
		},
		{
			`{"$if": 1}`,
			[]formula.Problem{
				{Code: "unknown-formula", Pointer: `/$if`, OnKey: true, Offset: -1, Length: 0, Message: `unknown formula "$if"`, Hint: `write ${condition ? yes : no}, or use $case`},
			},
		},
		{
			`{"$base64": 1}`,
			[]formula.Problem{
				{Code: "unknown-formula", Pointer: `/$base64`, OnKey: true, Offset: -1, Length: 0, Message: `unknown formula "$base64"`, Hint: `write ${base64(…)}; for user and password use auth: {username, password}`},
			},
		},
		{
			`{"$extractFirstName": 1}`,
			[]formula.Problem{
				{Code: "unknown-formula", Pointer: `/$extractFirstName`, OnKey: true, Offset: -1, Length: 0, Message: `unknown formula "$extractFirstName"`, Hint: `the formula is $firstName`},
			},
		},
		{
			`{"$ref": "token"}`,
			[]formula.Problem{
				{Code: "unknown-formula", Pointer: `/$ref`, OnKey: true, Offset: -1, Length: 0, Message: `unknown formula "$ref"`, Hint: `use $var`},
			},
		},
		{
			`{"$count": true}`,
			[]formula.Problem{
				{Code: "unknown-formula", Pointer: `/$count`, OnKey: true, Offset: -1, Length: 0, Message: `unknown formula "$count"`, Hint: `data whose keys begin with $ is written {$expr: '{"$count": …}'}, or within $plain if it is fixed`},
			},
		},
		{
			`{"$expr": "{\"$top\": len(list)}"}`,
			nil,
		},
		{
			`{"a": 1, "$var": "token"}`,
			[]formula.Problem{
				{Code: "formula-not-first", Pointer: `/$var`, OnKey: true, Offset: -1, Length: 0, Message: `"$var" is plain data here, since it is not the first key`, Hint: `remove "a", which stands before it: a formula is known by the first key of its object`, Advice: true},
			},
		},
		{
			`{"x": [{"$var": "tokn"}]}`,
			[]formula.Problem{
				{Code: "unknown-variable", Pointer: `/x/0/$var`, Offset: -1, Length: 0, Message: `unknown variable "tokn"`, Hint: `did you mean "token"?`},
			},
		},
		{
			`{"$var": "nobody"}`,
			[]formula.Problem{
				{Code: "unknown-variable", Pointer: `/$var`, Offset: -1, Length: 0, Message: `unknown variable "nobody"`, Hint: `variables here are token and list`},
			},
		},
		{
			`{"$var": ""}`,
			[]formula.Problem{
				{Code: "bad-locator", Pointer: `/$var`, Offset: -1, Length: 0, Message: `invalid locator "": a locator is empty`, Hint: `write it as $.credentials.apiKey or $.list[0]`},
			},
		},
		{
			`{"$var": "list[x]"}`,
			[]formula.Problem{
				{Code: "bad-locator", Pointer: `/$var`, Offset: -1, Length: 0, Message: `invalid locator "list[x]": "x" is no index`, Hint: `write it as $.credentials.apiKey or $.list[0]`},
			},
		},
		{
			`{"$var": {"$var": "token"}}`,
			[]formula.Problem{
				{Code: "bad-locator", Pointer: `/$var`, Offset: -1, Length: 0, Message: `$var takes a locator as text, not an object`, Hint: `a locator is fixed text; to choose between variables use $case`},
			},
		},
		{
			`{"$var": ["a"]}`,
			[]formula.Problem{
				{Code: "bad-locator", Pointer: `/$var`, Offset: -1, Length: 0, Message: `$var takes one locator, not a list`, Hint: ``},
			},
		},
		{
			`{"a/b~": {"$var": "$token"}}`,
			[]formula.Problem{
				{Code: "bad-locator", Pointer: `/a~1b~0/$var`, Offset: -1, Length: 0, Message: `invalid locator "$token": after "$" comes "." or "[", not "t"`, Hint: `write it as $.credentials.apiKey or $.list[0]`},
			},
		},
		{
			`"${tokn}"`,
			[]formula.Problem{
				{Code: "unknown-variable", Pointer: ``, Offset: 2, Length: 4, Message: `unknown variable "tokn"`, Hint: `did you mean "token"?`},
			},
		},
		{
			`"é ${ tokn }"`,
			[]formula.Problem{
				{Code: "unknown-variable", Pointer: ``, Offset: 6, Length: 4, Message: `unknown variable "tokn"`, Hint: `did you mean "token"?`},
			},
		},
		{
			`"${'é' + ü}"`,
			[]formula.Problem{
				{Code: "unknown-variable", Pointer: ``, Offset: 9, Length: 2, Message: `unknown variable "ü"`, Hint: `variables here are token and list`},
			},
		},
		{
			`["x${tokn.a}${list[0].b}"]`,
			[]formula.Problem{
				{Code: "unknown-variable", Pointer: `/0`, Offset: 3, Length: 4, Message: `unknown variable "tokn"`, Hint: `did you mean "token"?`},
			},
		},
		{
			`"é ${lowr(token)}"`,
			[]formula.Problem{
				{Code: "unknown-function", Pointer: ``, Offset: 5, Length: 4, Message: `unknown function "lowr"`, Hint: `did you mean "lower"?`},
			},
		},
		{
			`"é ${token.lower()}"`,
			[]formula.Problem{
				{Code: "unknown-function", Pointer: ``, Offset: 11, Length: 5, Message: `a value has no functions of its own`, Hint: `write function(value)`},
			},
		},
		{
			`"${toBase64(token)}"`,
			[]formula.Problem{
				{Code: "unknown-function", Pointer: ``, Offset: 2, Length: 8, Message: `unknown function "toBase64"`, Hint: `did you mean "base64"?`},
			},
		},
		{
			`"${encodeURIComponent(token)}"`,
			[]formula.Problem{
				{Code: "unknown-function", Pointer: ``, Offset: 2, Length: 18, Message: `unknown function "encodeURIComponent"`, Hint: `did you mean "urlEncode"?`},
			},
		},
		{
			`"${repeat('a', 9)}"`,
			[]formula.Problem{
				{Code: "unknown-function", Pointer: ``, Offset: 2, Length: 6, Message: `unknown function "repeat"`, Hint: `there is no function that repeats a text`},
			},
		},
		{
			`"${token +}"`,
			[]formula.Problem{
				{Code: "bad-expression", Pointer: ``, Offset: 8, Length: 1, Message: `the expression ends too early`, Hint: `a bracket or an operand is missing`},
			},
		},
		{
			`"é: ${token = 'a'}"`,
			[]formula.Problem{
				{Code: "bad-expression", Pointer: ``, Offset: 12, Length: 1, Message: `unexpected "=" in the expression`, Hint: `write == to compare`},
			},
		},
		{
			`"${1 === 2}"`,
			[]formula.Problem{
				{Code: "bad-expression", Pointer: ``, Offset: 6, Length: 1, Message: `unexpected "=" in the expression`, Hint: `write == to compare`},
			},
		},
		{
			`"${}"`,
			[]formula.Problem{
				{Code: "bad-expression", Pointer: ``, Offset: 2, Length: 0, Message: `the expression is empty`, Hint: `write a variable between the braces, as in ${connectionInput.apiKey}`},
			},
		},
		{
			`"a ${token"`,
			[]formula.Problem{
				{Code: "open-interpolation", Pointer: ``, Offset: 2, Length: 2, Message: `"${" has no closing "}"`, Hint: `close it, and any quote within; write $${ for a literal "${"`},
			},
		},
		{
			`"é ${'a}"`,
			[]formula.Problem{
				{Code: "open-interpolation", Pointer: ``, Offset: 3, Length: 2, Message: `"${" has no closing "}"`, Hint: `close it, and any quote within; write $${ for a literal "${"`},
			},
		},
		{
			`"${token ?? 'a' + 'b'}"`,
			[]formula.Problem{
				{Code: "bad-expression", Pointer: ``, Offset: 15, Length: 1, Message: `?? cannot be mixed with other operators`, Hint: `put brackets around it, as in (a ?? b) + c`},
			},
		},
		{
			`{"$expr": "é\""}`,
			[]formula.Problem{
				{Code: "bad-expression", Pointer: `/$expr`, Offset: 2, Length: 1, Message: `a text in the expression has no closing quote`},
			},
		},
		{
			`"${(token}"`,
			[]formula.Problem{
				{Code: "bad-expression", Pointer: ``, Offset: 7, Length: 1, Message: `the expression ends too early`, Hint: `a bracket or an operand is missing`},
			},
		},
		{
			`"${token)}"`,
			[]formula.Problem{
				{Code: "bad-expression", Pointer: ``, Offset: 7, Length: 1, Message: `unexpected ")" in the expression`, Hint: ``},
			},
		},
		{
			`"${base64()}"`,
			[]formula.Problem{
				{Code: "bad-expression", Pointer: ``, Offset: 2, Length: 6, Message: `base64 takes 1 argument`, Hint: `base64(text or bytes): text or bytes in base64`},
			},
		},
		{
			`"${base64(token, token)}"`,
			[]formula.Problem{
				{Code: "bad-expression", Pointer: ``, Offset: 2, Length: 6, Message: `base64 takes 1 argument`, Hint: `base64(text or bytes): text or bytes in base64`},
			},
		},
		{
			`"${$env}"`,
			[]formula.Problem{
				{Code: "bad-expression", Pointer: ``, Offset: 2, Length: 4, Message: `"$env" is switched off`, Hint: `name the variable that is meant`},
			},
		},
		{
			`"${$env.HOME}"`,
			[]formula.Problem{
				{Code: "bad-expression", Pointer: ``, Offset: 2, Length: 4, Message: `"$env" is switched off`, Hint: `name the variable that is meant`},
			},
		},
		{
			`"${null}"`,
			[]formula.Problem{
				{Code: "bad-expression", Pointer: ``, Offset: 2, Length: 4, Message: `"null" is no value here`, Hint: `write nil`},
			},
		},
		{
			`"${undefined}"`,
			[]formula.Problem{
				{Code: "bad-expression", Pointer: ``, Offset: 2, Length: 9, Message: `"undefined" is no value here`, Hint: `write nil`},
			},
		},
		{
			`"é ${hmac('sha255', token, token)}"`,
			[]formula.Problem{
				{Code: "bad-expression", Pointer: ``, Offset: 10, Length: 8, Message: `hmac: unknown algorithm "sha255"; did you mean "sha256"?`, Hint: ``},
			},
		},
		{
			`"${now('%Q')}"`,
			[]formula.Problem{
				{Code: "bad-expression", Pointer: ``, Offset: 6, Length: 4, Message: `now: unknown part "%Q" in the format; parts are %Y, %y, %m, %d, %e, %j, %H, %I, %M, %S, %p, %a, %A, %b, %B, %F, %T, %z, %Z, %L, %s and %%`, Hint: ``},
			},
		},
		{
			`"${token matches '(?=a)'}"`,
			[]formula.Problem{
				{Code: "bad-expression", Pointer: ``, Offset: 16, Length: 7, Message: `the regular expression cannot be read`, Hint: `RE2 syntax is understood: no look-around and no back references`},
			},
		},
		{
			`"${map(list)}"`,
			[]formula.Problem{
				{Code: "bad-expression", Pointer: ``, Offset: 10, Length: 1, Message: `a predicate is missing`, Hint: `write what to do with each item, as in map(list, .name) or filter(list, # > 1)`},
			},
		},
		{
			`"${#acc}"`,
			[]formula.Problem{
				{Code: "bad-expression", Pointer: ``, Offset: 2, Length: 1, Message: `unexpected "#" in the expression`, Hint: ``},
			},
		},
		{
			`"${map(list, #acc)}"`,
			[]formula.Problem{
				{Code: "bad-expression", Pointer: ``, Offset: 12, Length: 4, Message: `"#acc" is no variable of a predicate`, Hint: `they are #, #index and, in reduce, #acc`},
			},
		},
		{
			`{"$expr": 1}`,
			[]formula.Problem{
				{Code: "bad-argument", Pointer: `/$expr`, Offset: -1, Length: 0, Message: `$expr takes an expression as text, not a number`, Hint: ``},
			},
		},
		{
			`{"$eval": 1}`,
			[]formula.Problem{
				{Code: "bad-operator", Pointer: `/$eval`, Offset: -1, Length: 0, Message: `$eval without an operator is always true`, Hint: `add one, as in {$eval: …, is: …}; operators are is, isNot, oneOf, noneOf, contains, doesNotContain, lt, lte, gt, gte, isEmpty and isNotEmpty`},
			},
		},
		{
			`{"$eval": 1, "iss": 1}`,
			[]formula.Problem{
				{Code: "bad-operator", Pointer: `/iss`, OnKey: true, Offset: -1, Length: 0, Message: `"iss" is no operator of $eval, so the result is always true`, Hint: `did you mean "is"?`},
			},
		},
		{
			`{"$case": {"$var": "list"}}`,
			[]formula.Problem{
				{Code: "bad-argument", Pointer: `/$case`, Offset: -1, Length: 0, Message: `$case takes {cases: [{filter, value}], default}`, Hint: `the list of cases must be written here; a formula cannot give it`},
			},
		},
		{
			`{"$case": [1]}`,
			[]formula.Problem{
				{Code: "bad-argument", Pointer: `/$case/0`, Offset: -1, Length: 0, Message: `a case is {filter, value}, not a number`, Hint: `write {filter: {$eval: {$var: …}, is: …}, value: …}`},
			},
		},
		{
			`{"$case": [{"filter": [{"field": "[*]"}]}]}`,
			[]formula.Problem{
				{Code: "bad-locator", Pointer: `/$case/0/filter/0/field`, Offset: -1, Length: 0, Message: `invalid locator "[*]": "*" is no index`, Hint: `write {field: $.connectionInput.region, operator: is, value: eu}`},
			},
		},
		{
			`{"$case": [{"filter": [{"field": "token", "operator": "iss", "value": 1}], "value": 1}]}`,
			[]formula.Problem{
				{Code: "bad-operator", Pointer: `/$case/0/filter/0/operator`, Offset: -1, Length: 0, Message: `"iss" is no operator of a filter, so the condition is skipped`, Hint: `did you mean "is"?`},
			},
		},
		{
			`{"$case": [{"filter": [{"operator": "is"}]}]}`,
			[]formula.Problem{
				{Code: "bad-locator", Pointer: `/$case/0/filter/0`, Offset: -1, Length: 0, Message: `a condition needs a field, the locator of what it tests`, Hint: `write {field: $.connectionInput.region, operator: is, value: eu}`},
			},
		},
		{
			`{"$case": [{"filter": [{"field": "token"}]}]}`,
			[]formula.Problem{
				{Code: "bad-operator", Pointer: `/$case/0/filter/0`, Offset: -1, Message: `a condition needs an operator, without which it is skipped`, Hint: `write {field: $.connectionInput.region, operator: is, value: eu}`},
			},
		},
		{
			`{"$case": [{"filter": [null]}]}`,
			[]formula.Problem{
				{Code: "bad-argument", Pointer: `/$case/0/filter/0`, Offset: -1, Length: 0, Message: `a condition is {field, operator, value}, not null`, Hint: `write {field: $.connectionInput.region, operator: is, value: eu}`},
			},
		},
		{
			`{"$concat": "a"}`,
			[]formula.Problem{
				{Code: "bad-argument", Pointer: `/$concat`, Offset: -1, Length: 0, Message: `$concat takes a list or {values, delimiter}, not text`, Hint: `write [text, {$var: …}]`},
			},
		},
		{
			`{"$concat": {"$var": "list"}}`,
			[]formula.Problem{
				{Code: "bad-argument", Pointer: `/$concat`, Offset: -1, Length: 0, Message: `$concat joins a list that is written here, or that a formula in values gives`, Hint: `write {"$concat": {"values": …}}`},
			},
		},
		{
			`{"$map": {"value": 1, "mappings": []}}`,
			[]formula.Problem{
				{Code: "bad-argument", Pointer: `/$map/mappings`, OnKey: true, Offset: -1, Length: 0, Message: `$map has no "mappings": its list of {from, to} is called "mapping"`, Hint: `rename it to "mapping"`},
			},
		},
		{
			`{"$map": 1}`,
			[]formula.Problem{
				{Code: "bad-argument", Pointer: `/$map`, Offset: -1, Length: 0, Message: `$map takes {value, mapping: [{from, to}], default}, not a number`, Hint: `write {value: {$var: …}, mapping: [{from: …, to: …}]}`},
			},
		},
		{
			`{"$map": {"value": 1, "mapping": [1]}}`,
			[]formula.Problem{
				{Code: "bad-argument", Pointer: `/$map/mapping/0`, Offset: -1, Length: 0, Message: `a row of $map is {from, to}, not a number`, Hint: `write {from: …, to: …}`},
			},
		},
		{
			`{"$iterate": {"locator": "list", "items": 1}}`,
			[]formula.Problem{
				{Code: "bad-argument", Pointer: `/$iterate`, Offset: -1, Length: 0, Message: `$iterate takes {source, item}`, Hint: `locator, items and $current are of an older form: write {source: {$var: …}, item: …}, and {$var: item} for $current`},
			},
		},
		{
			`{"$iterate": {"source": {"$var": "list"}, "item": {"$var": "token"}}}`,
			[]formula.Problem{
				{Code: "unknown-variable", Pointer: `/$iterate/item/$var`, Offset: -1, Length: 0, Message: `unknown variable "token"`, Hint: `in $iterate it is "parent.token"`},
			},
		},
		{
			`{"$iterate": {"source": {"$var": "list"}, "item": {"$iterate": {"source": {"$var": "item.l"}, "item": "${parent.parent.tokn + parent.itm}"}}}}`,
			[]formula.Problem{
				{Code: "unknown-variable", Pointer: `/$iterate/item/$iterate/item`, Offset: 2, Length: 6, Message: `unknown variable "tokn"`, Hint: `did you mean "token"?`},
				{Code: "unknown-variable", Pointer: `/$iterate/item/$iterate/item`, Offset: 23, Length: 6, Message: `unknown variable "itm"`, Hint: `did you mean "item"?`},
			},
		},
		{
			`{"$and": 1}`,
			[]formula.Problem{
				{Code: "bad-argument", Pointer: `/$and`, Offset: -1, Length: 0, Message: `$and takes a list, not a number`, Hint: `write $and: [{$eval: {$var: …}, is: …}, …]`},
			},
		},
		{
			`{"$firstNotEmpty": "x"}`,
			[]formula.Problem{
				{Code: "bad-argument", Pointer: `/$firstNotEmpty`, Offset: -1, Length: 0, Message: `$firstNotEmpty takes a list, not text`, Hint: `write [{$var: …}, …]: the first that is there is taken`},
			},
		},
		{
			`{"$mergeObjects": {"a": 1}}`,
			[]formula.Problem{
				{Code: "bad-argument", Pointer: `/$mergeObjects`, Offset: -1, Length: 0, Message: `$mergeObjects takes a list of objects, not an object`, Hint: `write [{…}, {…}]`},
			},
		},
		{
			`{"$record": "x"}`,
			[]formula.Problem{
				{Code: "bad-argument", Pointer: `/$record`, Offset: -1, Length: 0, Message: `$record takes {id, name}`, Hint: `add the id`},
			},
		},
		{
			`{"$tpl": {"template": {"$var": "token"}}}`,
			[]formula.Problem{
				{Code: "bad-argument", Pointer: `/$tpl`, Offset: -1, Length: 0, Message: `$tpl takes {template, values} with a fixed text as template`, Hint: `write {template: 'Hello {name}', values: {name: {$var: …}}}`},
			},
		},
		{
			`{"$tpl": {"template": "{a(}", "values": {"a(": 1}}}`,
			[]formula.Problem{
				{Code: "bad-argument", Pointer: `/$tpl/values/a(`, OnKey: true, Offset: -1, Length: 0, Message: `the name "a(" is no regular expression, which a name of $tpl is`, Hint: `put a backslash before its special characters`},
			},
		},
		{
			`{"$jsonata": "1 +"}`,
			[]formula.Problem{
				{Code: "bad-jsonata", Pointer: `/$jsonata`, Offset: 2, Length: 1, Message: `the JSONata expression cannot be read: expression ends too early`},
			},
		},
		{
			`{"$jsonata": "a ~ b"}`,
			[]formula.Problem{
				{Code: "bad-jsonata", Pointer: `/$jsonata`, Offset: 2, Length: 1, Message: `the JSONata expression cannot be read: unknown operator "~"`},
			},
		},
		{
			`{"x": {"$copy": "[x]"}}`,
			[]formula.Problem{
				{Code: "bad-locator", Pointer: `/x/$copy`, Offset: -1, Length: 0, Message: `invalid locator "[x]": "x" is no index`, Hint: ``},
			},
		},
		{
			`{"$formula": {"a": {"$var": "tokn"}}}`,
			[]formula.Problem{
				{Code: "unknown-variable", Pointer: `/$formula/a/$var`, Offset: -1, Length: 0, Message: `unknown variable "tokn"`, Hint: `did you mean "token"?`},
			},
		},
	} {
		_, got := formula.Compile(parse(t, c.in), formula.Options{Variables: []string{"token", "list"}})
		if diff := cmp.Diff(c.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", c.in, diff)
		}
	}
}

// TestNoProblems shows that what works is not spoken about.
// TestUnknownFormulaHints wants keys of data that begin with $ to get a hint that
// the dialect knows.
func TestUnknownFormulaHints(t *testing.T) {
	t.Parallel()
	for _, test := range []struct {
		dialect formula.Dialect
		in      string
		want    string
	}{
		{formula.DialectConnector, `{"$top": 1}`, `data whose keys begin with $ is written {$expr: '{"$top": …}'}, or within $plain if it is fixed`},
		{formula.DialectConnector, `{"$inc": {"seen": 1}}`, `data whose keys begin with $ is written {$expr: '{"$inc": …}'}, or within $plain if it is fixed; formulas are $var, `},
		{formula.DialectMembrane, `{"$top": 1}`, "data whose keys begin with $ stands within $plain"},
	} {
		_, problems := formula.Compile(parse(t, test.in), formula.Options{Dialect: test.dialect})
		if len(problems) != 1 || !strings.HasPrefix(problems[0].Hint, test.want) {
			t.Errorf("%s: %+v", test.in, problems)
		}
	}
}

func TestNoProblems(t *testing.T) {
	for _, in := range []string{
		`{"$1": 1}`, `{"$": 1}`, `{"0": 1, "x": 2}`,
		`{"$plain": {"$varr": 1, "x": "${gone"}}`,
		`"$${gone}"`, `"${let gone = 1; gone}"`, `"${map(list, {let x = #; x})}"`, `"${parent ?? token}"`,
		`{"$iterate": {"source": {"$var": "list"}, "item": "${item + index}"}}`,
		`{"$iterate": {"source": {"$var": "list"}, "item": {"$var": "parent.token"}}}`,
		`{"$lookup": {"a": {"$var": "token"}}}`, `{"$var": "$"}`,
		`{"$case": {"cases": [{"filter": [{"field": "token", "operator": "is", "value": 1}], "value": 1}]}}`,
	} {
		_, got := formula.Compile(parse(t, in), formula.Options{Variables: []string{"token", "list", "parent"}})
		if len(got) > 0 {
			t.Errorf("%s has problems: %v", in, got)
		}
	}
}

func TestReferences(t *testing.T) {
	for in, want := range map[string][]string{
		`{"a": {"$var": "x.y"}, "b": "${z.w[0] + q['r']} ${x ?? 1}"}`:                                                                   {"/a/$var $.x.y", "/b $.z.w[0]", "/b $.q.r", "/b $.x"},
		`{"$iterate": {"source": {"$var": "l"}, "item": {"$concat": [{"$var": "item.a"}, {"$var": "parent.b.c"}, {"$var": "index"}]}}}`: {"/$iterate/source/$var $.l", "/$iterate/item/$concat/1/$var $.b.c"},
		`{"$jsonata": "a.b"}`: {"/$jsonata $"},
		`{"$case": [{"filter": [{"field": "f.g", "operator": "is"}], "value": {"$formula": [{"$var": "v"}]}}]}`: {"/$case/0/value/$formula/0/$var $.v", "/$case/0/filter/0/field $.f.g"},
		`{"$plain": {"$var": "x"}}`: nil,
	} {
		program, _ := formula.Compile(parse(t, in), formula.Options{})
		var got []string
		for _, r := range program.References() {
			got = append(got, r.Pointer+" "+r.Path.String())
		}
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", in, diff)
		}
	}
}

func TestConstant(t *testing.T) {
	for in, want := range map[string]string{
		`{"a": [1, {"$concat": ["b", "c"]}], "d": {"$plain": {"$var": "x"}}}`: `{"a": [1, "bc"], "d": {"$var": "x"}}`,
		`{"a": 1, "b": {"$copy": "a"}}`:                                       `{"a": 1, "b": 1}`,
		`"$${x}"`:                                                             `"${x}"`,
		`{"$dataSchemaRef": {}}`:                                              ``,
	} {
		program, _ := formula.Compile(parse(t, in), formula.Options{})
		if got, ok := program.Constant(); !ok || !got.Equal(parse(t, want)) {
			t.Errorf("%s is %v, %v; want %s", in, got, ok, want)
		}
	}
	for _, in := range []string{`{"$var": "x"}`, `"${1}"`, `[{"$case": []}]`, `{"a": {"$copy": "a"}}`} {
		program, _ := formula.Compile(parse(t, in), formula.Options{})
		if got, ok := program.Constant(); ok {
			t.Errorf("%s is constant: %v", in, got)
		}
	}
}
