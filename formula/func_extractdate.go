package formula

import "strings"

var extractDateFormula = Func{
	Name:    "$extractDate",
	Summary: "The date, in UTC, of a point in time written in any way that JavaScript reads.",
	Args:    "text",
	Examples: []Example{
		{In: `{"$extractDate": {"$var": "at"}}`, Vars: `{"at": "2024-01-31T10:20:30Z"}`, Want: `"2024-01-31"`},
		{In: `{"$extractDate": "2024-01-31T00:30:00+05:30"}`, Want: `"2024-01-30"`, Note: "an offset may change the day"},
		{In: `{"$extractDate": "Jan 31, 2024 10:20 PM"}`, Want: `"2024-01-31"`, Note: "a time without zone is UTC"},
		{In: `{"$extractDate": "2023-02-29"}`, Want: `"2023-03-01"`, Note: "a day that the month lacks counts on"},
		{In: `{"$extractDate": "1706696430000"}`, Note: "numbers of seconds or milliseconds are not understood"},
	},
	compile: func(c *compiler, arg, _ Value) compiled { return c.partOfTime(arg, 0, 10) },
	infer:   inferFromText,
}

// partOfTime compiles $extractDate and $extractTime: characters from to end of
// the time that arg says, written as JavaScript's toISOString does.
func (c *compiler) partOfTime(arg Value, from, end int) compiled {
	return c.ofText(arg, func(s string) Value {
		ms, ok := parseDate(s)
		if !ok {
			return Undefined
		}
		return String(strings.Clone(isoString(ms)[from:end]))
	})
}

// ofText compiles a formula that makes something of a text; what is missing
// stays so.
func (c *compiler) ofText(arg Value, made func(string) Value) compiled {
	text, place := c.value(arg), c.pointer()
	return compiled{eval: func(f *frame) (Value, error) {
		v, err := text.run(f)
		if err != nil || v.IsMissing() {
			return Undefined, err
		}
		s, err := f.text(v)
		if err == nil {
			err = f.spend(1 + len(s))
		}
		if err != nil {
			return Undefined, errorAt(place, err)
		}
		return made(s), nil
	}}
}
