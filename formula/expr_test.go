package formula_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/connector-spec/connector/formula"
)

// exprVars are the variables of the tests of expressions.
const exprVars = `{
	"user": {"name": "Ann", "tags": ["a", "b"], "nothing": null, "age": 41.5, "admin": true, "empty": ""},
	"list": [3, 1, 2], "zero": 0, "big": 1e21, "small": 1e-7, "million": 1000000, "name": "né",
	"items": [{"id": 1, "ok": true}, {"id": 2, "ok": false}], "falsy": [0, "", false, null]
}`

func evalExpr(t testing.TB, source, vars string) (formula.Value, error) {
	t.Helper()
	in := formula.Object(formula.Member{Key: "$expr", Value: formula.String(source)})
	program, _ := formula.Compile(in, formula.Options{})
	return program.Eval(parse(t, vars), testRun())
}

func TestExprValues(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		// members
		{`user.name`, `"Ann"`},
		{`user["name"]`, `"Ann"`},
		{`user.tags[1]`, `"b"`},
		{`user.tags[-1]`, `"b"`},
		{`falsy[0]`, `0`},
		{`user?.name`, `"Ann"`},
		{`{"a": {"b": 1}}.a.b`, `1`},
		{`list[0:2]`, `[3, 1]`},
		{`list[-2:]`, `[1, 2]`},
		{`name[1:]`, `"é"`},
		{`name[5:9]`, `""`},
		// missing values
		{`user.nothing ?? "none"`, `"none"`},
		{`user.a.b.c ?? "none"`, `"none"`},
		{`nobody.a[0].b ?? "none"`, `"none"`},
		{`list[9] ?? "none"`, `"none"`},
		{`user.name.first ?? "none"`, `"none"`},
		{`user.nothing.x ?? user.gone ?? "none"`, `"none"`},
		{`(user.nothing ?? "a") + "b"`, `"ab"`},
		{`user.nothing == nil`, `true`},
		{`user.gone == nil`, `true`},
		{`user.gone == "x"`, `false`},
		{`user.gone != "x"`, `true`},
		{`user.gone == user.nothing`, `true`},
		{`find(list, # > 9) ?? "none"`, `"none"`},
		{`user.admin ? user.name : user.gone`, `"Ann"`},
		// numbers
		{`1 + 2 * 3 ** 2`, `19`},
		{`7 / 2`, `3.5`},
		{`-7 % 3`, `-1`},
		{`user.age + 0.5`, `42`},
		{`number("42") + 1`, `43`},
		{`number(" 1e3 ")`, `1000`},
		{`round(2.5) + abs(-1) + ceil(0.1) + floor(0.9)`, `5`},
		{`sum(list)`, `6`},
		{`1..3`, `[1, 2, 3]`},
		{`3..1`, `[]`},
		// texts
		{`"a" + 'b' + user.name`, `"abAnn"`},
		{`user.name contains "nn" && user.name startsWith "A" && user.name endsWith "n"`, `true`},
		{`user.name matches "^A[a-z]+$"`, `true`},
		{`user.name matches ("^" + user.name)`, `true`},
		{`not (user.name contains "x")`, `true`},
		{`"b" in user.tags`, `true`},
		{`"name" in user`, `true`},
		{`"z" not in user.tags`, `true`},
		{`"a" < "b" && 2 >= 2`, `true`},
		{`split("a,b,c", ",")[1]`, `"b"`},
		{`join(user.tags, "+")`, `"a+b"`},
		{`join([1, true, "x"])`, `"1truex"`},
		{`replace("aaa", "a", "b")`, `"bbb"`},
		{`user.name | lower() | upper()`, `"ANN"`},
		{`trimSuffix(trimPrefix("https://a/", "https://"), "/")`, `"a"`},
		{`len(name) + len(list) + len(user.tags) + len({"a": 1})`, `8`},
		{`string(million) + string(big) + string(small) + string(true)`, `"10000001e+211e-7true"`},
		{`jsonEncode({"b": [1, nil == nil], "a": "x"})`, `"{\"b\":[1,true],\"a\":\"x\"}"`},
		{`jsonDecode("[1, {\"a\": 2}]")[1].a`, `2`},
		{`jsonDecode("null") ?? "none"`, `"none"`},
		// bytes
		{`hex(md5("a")) == "0cc175b9c0f1b6a831c399e269772661"`, `true`},
		{`base64(fromBase64("_-8="))`, `"/+8="`},
		{`base64url(fromBase64("/+8="))`, `"_-8"`},
		{`fromBase64(base64("né"))`, `"né"`},
		{`urlEncode("a b+c/ü~")`, `"a%20b%2Bc%2F%C3%BC~"`},
		{`hex(hmac("sha512", "k", "m"))[0:16]`, `"94ec958658ae2d2e"`},
		{`hex(hmac("sha256", sha256("k"), sha256("m"))) != ""`, `true`},
		{`len(sha1("a"))`, `20`},
		// lists and loops
		{`map(items, .id)`, `[1, 2]`},
		{`filter(items, .ok)[0].id`, `1`},
		{`map(list, # * 10 + #index)`, `[30, 11, 22]`},
		{`all(list, # > 0) && any(list, # == 2) && none(list, # > 3) && one(list, # == 1)`, `true`},
		{`count(list, # > 1)`, `2`},
		{`findIndex(list, # == 2)`, `2`},
		{`find(items, .id == 2).ok`, `false`},
		{`sortBy(list, -#)`, `[3, 2, 1]`},
		{`reduce(list, #acc + #)`, `6`},
		{`reduce(list, #acc + string(#), "")`, `"312"`},
		{`map(list, sum(map(list, #)))`, `[6, 6, 6]`},
		{`map(["a", "b"], {let x = # + "!"; x + x})`, `["a!a!", "b!b!"]`},
		{`keys(user)[0] + string(len(values(user)))`, `"name6"`},
		{`let x = user.name; let y = x + x; y`, `"AnnAnn"`},
		{`let name = "b"; name`, `"b"`},
		{`[list(user.name), list(list), list({"a": 1}), list(user.gone.x), list(user.nothing), list(find(list, # > 9))]`, `[["Ann"], [3, 1, 2], [{"a": 1}], [], [], []]`},
		{`[1, [2], {"a": 3}]`, `[1, [2], {"a": 3}]`},
		{`{"a": 1, b: 2}`, `{"a": 1, "b": 2}`},
		{`[1, {"a": [2]}] == [1.0, {"a": [2]}]`, `true`},
		{`"1" == 1`, `false`},
		{`"a"; "b"`, `"b"`},
	} {
		got, err := evalExpr(t, c.in, exprVars)
		if want := parse(t, c.want); err != nil || !got.Equal(want) {
			t.Errorf("%s is %v, %v; want %v", c.in, got, err, want)
		}
	}
}

func TestExprErrors(t *testing.T) {
	for _, c := range []struct{ in, want string }{
		{`gone`, `"gone" has no value`},
		{`user.gone`, `"user.gone" has no value`},
		{`user.gone.x[0]`, `"user.gone.x[0]" has no value`},
		{`user.nothing`, `"user.nothing" is null`},
		{`"Bearer " + user.gone`, `"user.gone" has no value`},
		{`user.admin && user.gone`, `"user.gone" has no value`},
		{`user.gone ? 1 : 2`, `"user.gone" has no value`},
		{`base64(user.gone)`, `"user.gone" has no value`},
		{`user.tags[5]`, `"user.tags[5]" has no value`},
		{`map(items, .gone)`, `"#.gone" has no value`},
		{`find(list, # > 9)`, `"find(…)" has no value`},
		{`jsonDecode("null")`, `"jsonDecode(…)" is null`},
		{`[user.gone]`, `"user.gone" has no value`},
		{`(gone ?? user.gone) + "x"`, `"(gone ?? user.gone) + \"x\"" has no value`},
		{`true ? user.gone : 1`, `"true ? user.gone : 1" has no value`},
		{`user[list[9]] ?? 1`, `"list[9]" has no value`},
		{`list.length`, `an array has no member "length"; len() counts its items`},
		{`user[0]`, `an object has no member 0`},
		{`user[list]`, `a member is named by text or a number, not by an array`},
		{`"a" + 1`, `+ takes two texts or two numbers, not text and a number; string() makes text of a number or boolean`},
		{`1 + true`, `+ takes two texts or two numbers, not a number and a boolean`},
		{`"a" + sha1("a")`, `bytes cannot stand in a text; hex() or base64() makes text of them`},
		{`1 / 0`, `the result is no number: a division by zero, or too large`},
		{`1e308 * 10`, `the result is no number: a division by zero, or too large`},
		{`user.name - 1`, `- takes two numbers, not text and a number`},
		{`-user.name`, `the operand of - is a number, not text`},
		{`!user.name`, `the operand of ! is true or false, not text`},
		{`user.name ? 1 : 2`, `a condition is true or false, not text`},
		{`user.admin && 1`, `an operand of && is true or false, not a number`},
		{`user.name < 1`, `< compares two numbers or two texts, not text and a number`},
		{`1 in 2`, `the right side of in is a list or an object, not a number`},
		{`1 contains "a"`, `the left side of contains is text, not a number; string() makes text of it`},
		{`"a" matches (user.name + "(")`, `the regular expression cannot be read`},
		{`base64(1)`, `base64: text or bytes are wanted, not a number; string() makes text of it`},
		{`base64(user)`, `base64: text or bytes are wanted, not an object`},
		{`lower(sha1("a"))`, `lower: its argument is text, not bytes; hex() or base64() makes text of them`},
		{`number("x")`, `number: the text is no number`},
		{`number("")`, `number: the text is no number`},
		{`fromBase64("a")`, `fromBase64: the text is not base64`},
		{`jsonDecode("{")`, `jsonDecode: the text is not JSON`},
		{`string(user)`, `string: an object cannot stand in a text; join() makes text of a list, jsonEncode() of anything`},
		{`join("a")`, `join: the first argument is a list, not text`},
		{`len(true)`, `len: a text, a list or an object has a length, not a boolean`},
		{`keys(list)`, `keys: its argument is an object, not an array`},
		{`map(user, #)`, `map: a list is wanted, not an object`},
		{`filter(list, #)`, `filter: a predicate gives true or false, not a number`},
		{`sum(user.tags)`, `sum: sum adds numbers, not text`},
		{`sortBy([1, "a"], #)`, `sortBy: sortBy orders by numbers or by texts`},
		{`hmac(user.name, "k", "t")`, `hmac: unknown algorithm "Ann"; there are md5, sha1, sha256, sha384 and sha512`},
		{`hmac("sha256", 1, "t")`, `hmac: the key: text or bytes are wanted, not a number; string() makes text of it`},
		{`list[1.5:2]`, `a bound of a slice is a whole number, not 1.5`},
		{`list["a":2]`, `a bound of a slice is a whole number, not text`},
		{`1.."a"`, `a bound of a range is a whole number, not text`},
		{`zero[0:1]`, `a slice is of a text or a list, not of a number`},
		{`formatTime("a", "unix")`, `formatTime: the time is a number of seconds, not text`},
		{`formatTime(1706696430123, "unix")`, `formatTime: the time is beyond the year 9999; it is wanted in seconds, not in milliseconds`},
		{`formatTime(0, user.name)`, `formatTime: unknown format "Ann"; a format is "unix", "unixMs", "rfc3339", or a pattern such as "%Y-%m-%d %H:%M:%S"`},
		{`formatTime(0, user.name + "%")`, `formatTime: the format ends with "%"; write "%%" for a percent sign`},
	} {
		got, err := evalExpr(t, c.in, exprVars)
		if err == nil || err.Error() != c.want {
			t.Errorf("%s is %v, %v\nwant %s", c.in, got, err, c.want)
		}
	}
}

func TestMissingErrorIsFound(t *testing.T) {
	_, err := evalExpr(t, `map(list, user.gone)`, exprVars)
	var missing *formula.MissingError
	var at *formula.Error
	if !errors.As(err, &missing) || missing.Path != "user.gone" || missing.Null || !errors.As(err, &at) || at.Pointer != "/$expr" {
		t.Errorf("%v (%+v at %+v), want a MissingError at /$expr", err, missing, at)
	}
}

func TestRunWithoutClockOrRandomness(t *testing.T) {
	for in, want := range map[string]string{
		`{"$expr": "now()"}`:               "now: this run has no clock",
		`{"$expr": "uuid()"}`:              "uuid: this run has no randomness",
		`{"$expr": "nonce()"}`:             "nonce: this run has no randomness",
		`{"$jsonata": "$now()"}`:           "this run has no clock",
		`{"$jsonata": "$random() < 2"}`:    "this run has no randomness",
		`{"a": {"$jsonata": "$millis()"}}`: "this run has no clock",
	} {
		program, _ := formula.Compile(parse(t, in), formula.Options{})
		if got, err := program.Eval(formula.Object(), formula.Run{}); err == nil || err.Error() != want {
			t.Errorf("%s is %v, %v; want %s", in, got, err, want)
		}
	}
	run := testRun()
	run.Rand = strings.NewReader("short")
	program, _ := formula.Compile(parse(t, `{"$expr": "uuid()"}`), formula.Options{})
	if got, err := program.Eval(formula.Object(), run); err == nil || err.Error() != "uuid: the run's randomness has ended: unexpected EOF" {
		t.Errorf("uuid() of short randomness is %v, %v", got, err)
	}
}

func TestTimesOfTheRun(t *testing.T) {
	for in, want := range map[string]string{
		`{"$jsonata": "$now()"}`:    `"2024-01-31T10:20:30.123Z"`,
		`{"$jsonata": "$millis()"}`: `1706696430123`,
		`"${now('%s.%L')}"`:         `"1706696430.123"`,
		`"${formatTime(now(), '%d/%b/%Y:%H:%M:%S %z, %j %e %p %I %y %A %B %%')}"`: `"31/Jan/2024:10:20:30 +0000, 031 31 AM 10 24 Wednesday January %"`,
		`"exp=${now() + 60}"`: `"exp=1706696490"`,
	} {
		program, problems := formula.Compile(parse(t, in), formula.Options{})
		got, err := program.Eval(formula.Object(), testRun())
		if err != nil || len(problems) > 0 || !got.Equal(parse(t, want)) {
			t.Errorf("%s is %v, %v, %v; want %s", in, got, err, problems, want)
		}
	}
}
