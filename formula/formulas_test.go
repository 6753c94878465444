package formula_test

import (
	"testing"

	"github.com/connector-spec/connector/formula"
)

// TestFormulas has cases beyond the vectors, each compared with what the
// format's own engine gives.
func TestFormulas(t *testing.T) {
	const vars = `{"s": "S", "l": ["ab", {"length": 7}], "c": {"$copy": "a"}, "objs": [{"x": 1}, {"y": 2}], "falsy": [0, "x"]}`
	for _, c := range []struct{ in, want string }{
		// dates
		{`{"$extractDate": "2024-01-31T24:30:00Z"}`, ``},
		{`{"$extractDate": "2024-01-31T24:00Z"}`, `"2024-02-01"`},
		{`{"$extractTime": "2024-01-31 10:20 PMX"}`, ``},
		{`{"$extractDate": "2024 Januar 5"}`, `"2024-01-05"`},
		{`{"$extractDate": "2024-01-31 10:20 utcx"}`, ``},
		{`{"$extractTime": "2024-02-30T10:20:30.5+14:00"}`, `"20:20:30"`},
		{`{"$extractDate": "2024-01-31T10:20:30+2400"}`, ``},
		{`{"$extractTime": "12:30 Jan 5 2024"}`, `"12:30:00"`},
		{`{"$extractTime": "Jan 5 2024 12:30:15.25"}`, `"12:30:15"`},
		{`{"$extractTime": "Jan 5 2024 13:00 PM"}`, ``},
		{`{"$extractTime": "Jan 5 (Friday) 2024 GMT-8"}`, `"08:00:00"`},
		{`{"$extractDate": "1 2 3 4"}`, ``},
		{`{"$extractDate": "+275760-09-13"}`, `"+275760-09"`},
		{`{"$extractDate": "+275760-09-14"}`, ``},
		{`{"$extractTime": "Sat Mar 01 2025 10:00:00 GMT+0100 (CET)"}`, `"09:00:00"`},
		// names
		{`{"$firstName": "\" \" Ann Lee"}`, `""`},
		{`[{"$firstName": "Hearst Jr., William Randolph"}, {"$lastName": "Hearst Jr., William Randolph"}]`, `["William", "Hearst"]`},
		{`[{"$firstName": "\"Mary Ann\" de la Cruz Sr."}, {"$lastName": "\"Mary Ann\" de la Cruz Sr."}]`, `["Mary Ann", "de la Cruz"]`},
		{`{"$lastName": "\"\""}`, ``},
		{`[{"$firstName": "Smith,John"}, {"$lastName": "Mr Smith"}]`, `["John", "Smith"]`},
		// copies
		{`{"x": {"$mergeObjects": [{"$copy": "a"}, {"q": 1}]}, "a": 1}`, `{"x": {"$copy": "a", "q": 1}, "a": 1}`},
		{`[{"$copy": "$[1]"}, 5]`, `[5, 5]`},
		{`{"$plain": {"a": 3, "b": [{"$concat": [{"$copy": "a"}]}]}}`, `{"a": 3, "b": [{"$concat": [3]}]}`},
		{`{"x": {"$copy": {"$copy": "a"}}, "a": "b"}`, `{"a": "b"}`},
		{`{"x": {"$copy": "q.length"}, "q": [1, 0]}`, `{"x": 2, "q": [1, 0]}`},
		{`{"$var": "c"}`, `{"$copy": "a"}`},
		{`[{"$var": "c"}, 5]`, `[5]`},
		{`{"$case": [{"filter": {"$iterate": {"source": [1], "item": {"$copy": "gone"}}}, "value": 1}]}`, `1`},
		// filters
		{`{"$case": {"cases": [{"filter": [{"field": "s.length", "operator": "is", "value": 1}], "value": "Y"}], "default": "N"}}`, `"Y"`},
		{`{"$case": {"cases": [{"filter": [{"field": "l.length", "operator": "is", "value": 7}], "value": "Y"}], "default": "N"}}`, `"Y"`},
		{`{"$case": {"cases": [{"filter": [{"field": "l.1", "operator": "is", "value": "b"}], "value": "Y"}], "default": "N"}}`, `"Y"`},
		{`{"$case": {"cases": [{"filter": [{"field": "falsy[0]", "operator": "is", "value": 0}], "value": "Y"}], "default": "N"}}`, `"Y"`},
		// others
		{`{"$mergeObjects": {"$var": "objs"}}`, `{"x": 1, "y": 2}`},
		{`{"$tpl": {"template": "{a.b}{axb}", "values": {"a.b": 1}}}`, `"11"`},
		{`{"$tpl": {"template": "{a}", "values": {"(a)": "<$1>"}}}`, `"<a>"`},
		{`{"$tpl": {"template": "{0}", "values": "ab"}}`, `"a"`},
		{`{"$tpl": {"template": "{a}{1}", "values": {"a": "{1}", "1": "one"}}}`, `"{1}one"`},
		{`{"$map": {"value": 1, "default": null}}`, `null`},
		{`{"$iterate": {"source": [1], "item": {"$iterate": {"source": [2], "item": {"$concat": [{"$var": "item"}, {"$var": "parent.item"}, {"$var": "parent.parent.s"}]}}}}}`, `[["21S"]]`},
		{`[{"$iterate": {"source": [1], "item": {"$var": "item"}}}, {"$var": "s"}]`, `[[1], "S"]`},
		{`{"$formula": [{"$var": "gone"}, 1, {"$var": "s"}, {"$concat": ["a", "b"]}]}`, `[1, {"$var": "s"}, "ab"]`},
		{`{"$formula": {"$concat": [{"$var": "s"}], "x": {"$var": "s"}}}`, `{"$concat": ["S"], "x": {"$var": "s"}}`},
	} {
		for _, dialect := range []formula.Dialect{formula.DialectMembrane, formula.DialectConnector} {
			program, _ := formula.Compile(parse(t, c.in), formula.Options{Dialect: dialect})
			got, err := program.Eval(parse(t, vars), formula.Run{})
			if want := parse(t, c.want); err != nil || !got.Equal(want) {
				t.Errorf("%s is %v, %v; want %v", c.in, got, err, want)
			}
		}
	}
}

func TestCopyErrors(t *testing.T) {
	for _, in := range []string{
		`{"$copy": "$"}`, `{"a": {"$copy": "a"}}`, `{"p": {"x": {"$copy": "p"}}}`, `{"x": {"$copy": ["a"]}}`, `{"x": {"$copy": []}}`,
		`{"c": {"x": {"$copy": "d"}}, "d": {"y": {"$copy": "a"}}, "a": 1}`,
		`{"$case": [{"filter": {"a": {"$copy": "a"}}, "value": 1}]}`,
	} {
		program, _ := formula.Compile(parse(t, in), formula.Options{})
		if got, err := program.Eval(formula.Object(), formula.Run{}); err == nil {
			t.Errorf("%s is %v, want an error", in, got)
		}
	}
}
