package formula_test

import (
	"errors"
	"testing"

	"github.com/connector-spec/connector/formula"
)

func TestTexts(t *testing.T) {
	const vars = `{"a": "A", "n": 1000000, "b": true, "l": [1], "o": {"x": 1}, "nil": null}`
	for _, c := range []struct{ in, want string }{
		{`"plain"`, `"plain"`},
		{`"<${a}>"`, `"<A>"`},
		{`"${a}${a}"`, `"AA"`},
		{`"${n}"`, `1000000`},
		{`"n=${n}"`, `"n=1000000"`},
		{`"b=${b}"`, `"b=true"`},
		{`"${l}"`, `[1]`},
		{`"${o}"`, `{"x": 1}`},
		{`" ${n}"`, `" 1000000"`},
		{`"$${a}"`, `"${a}"`},
		{`"$$${a}"`, `"$${a}"`},
		{`"$${${a}"`, `"${A"`},
		{`"$ {a} $a {a}"`, `"$ {a} $a {a}"`},
		{`"${'}'}"`, `"}"`},
		{`"${\"}\" + '{'}x"`, `"}{x"`},
		{`"${ {'k': a}.k }!"`, `"A!"`},
		{`"${map(l, {# + 1})[0]}!"`, `"2!"`},
		{`"${'it\\'s'}!"`, `"it's!"`},
		{"\"${`a\\\\`}!\"", `"a\\!"`},
		{`["${a}", {"k": "${n}"}]`, `["A", {"k": 1000000}]`},
		{`{"${a}": "keys are not touched"}`, `{"${a}": "keys are not touched"}`},
		{`{"$concat": ["${a}", "-", {"$var": "a"}]}`, `"A-A"`},
		// where nothing is interpolated
		{`{"$plain": "${a}"}`, `"${a}"`},
		{`{"$tpl": {"template": "${a}{k}", "values": {"k": "${a}"}}}`, `"${a}${a}"`},
		{`{"$jsonata": "\"${a}\""}`, `"${a}"`},
		{`{"$record": {"id": "${a}"}}`, `"${a}"`},
		{`{"$var": "x.${a}"}`, ``},
		{`{"x": {"$copy": ".${a}"}, "": {"${a}": 1}}`, `{"x": 1, "": {"${a}": 1}}`},
		{`{"$formula": {"$concat": ["${a}"]}}`, `{"$concat": ["${a}"]}`},
	} {
		program, _ := formula.Compile(parse(t, c.in), formula.Options{})
		got, err := program.Eval(parse(t, vars), formula.Run{})
		if want := parse(t, c.want); err != nil || !got.Equal(want) {
			t.Errorf("%s is %v, %v; want %v", c.in, got, err, want)
		}
	}
}

func TestTextsInTheMembraneDialect(t *testing.T) {
	for _, in := range []string{`"${a}"`, `"$${a}"`, `{"$expr": "a"}`, `{"x": "${"}`} {
		program, _ := formula.Compile(parse(t, in), formula.Options{Dialect: formula.DialectMembrane})
		got, err := program.Eval(parse(t, `{"a": 1}`), formula.Run{})
		if err != nil || !got.Equal(parse(t, in)) {
			t.Errorf("%s is %v, %v; want it as it is", in, got, err)
		}
	}
}

func TestErrorsInTexts(t *testing.T) {
	for _, c := range []struct {
		in, message, pointer string
		offset, length       int
	}{
		{`"Bearer ${token}"`, `"token" has no value`, "", 9, 5},
		{`{"h": ["é ${ a.b }!"]}`, `"a.b" has no value`, "/h/0", 5, 5},
		{`"${l} and"`, `an array cannot stand in a text; join() makes text of a list, jsonEncode() of anything`, "", 2, 1},
		{`"${o} and"`, `an object cannot stand in a text; join() makes text of a list, jsonEncode() of anything`, "", 2, 1},
		{`"<${sha1('a')}>"`, `bytes cannot stand in a text; hex() or base64() makes text of them`, "", 3, 9},
		{`"a ${b"`, `"${" has no closing "}"`, "", -1, 0},
		{`{"a/b": "${1 +}"}`, `the expression ends too early`, "/a~1b", 2, 3},
		{`{"$expr": 5}`, `$expr takes an expression as text`, "/$expr", -1, 0},
		{`{"x": {"$var": ["a"]}}`, `$var takes one locator, not a list`, "/x/$var", -1, 0},
		{`{"x": {"$map": {"value": 1, "mapping": [null]}}}`, `a row of $map is null`, "/x/$map/mapping/0", -1, 0},
		{`{"x": {"$case": [{"filter": [{"field": "[*]"}], "value": 1}]}}`, `invalid locator "[*]": "*" is no index`, "/x/$case/0/filter/0/field", -1, 0},
		{`{"x": {"$tpl": {"template": "{a(}", "values": {"a(": 1}}}}`, `the regular expression cannot be read`, "/x/$tpl/values/a(", -1, 0},
		{`{"a": {"$copy": "b"}, "b": {"$copy": "c"}, "c": 1}`, `$copy of "b" finds another $copy, which is not put in yet`, "/a", -1, 0},
		{`{"l": [{"$copy": "x"}, {"$copy": "x"}]}`, `a $copy is no longer where it was, since a $copy before it in the list found nothing and was left out`, "/l/1", -1, 0},
	} {
		program, _ := formula.Compile(parse(t, c.in), formula.Options{})
		got, err := program.Eval(parse(t, `{"l": [1], "o": {}}`), formula.Run{})
		var at *formula.Error
		if !errors.As(err, &at) || err.Error() != c.message || at.Pointer != c.pointer || at.Offset != c.offset || at.Length != c.length {
			t.Errorf("%s is %v, %v at %+v", c.in, got, err, at)
		}
	}
}

func TestLongTextStopsAtThePieceThatIsTooMuch(t *testing.T) {
	program, _ := formula.Compile(formula.String("${half}${half}${half}${half}"), formula.Options{})
	_, err := program.Eval(hostile(t), formula.Run{})
	var at *formula.Error
	if !errors.As(err, &at) || at.Offset != 16 {
		t.Errorf("error %v at %+v, want one at 16", err, at)
	}
}
