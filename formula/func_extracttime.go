package formula

var extractTimeFormula = Func{
	Name:    "$extractTime",
	Summary: "The time of day, in UTC, of a point in time written in any way that JavaScript reads.",
	Args:    "text",
	Examples: []Example{
		{In: `{"$extractTime": {"$var": "at"}}`, Vars: `{"at": "2024-01-31T10:20:30Z"}`, Want: `"10:20:30"`},
		{In: `{"$extractTime": "2024-01-31T10:20:30+0100"}`, Want: `"09:20:30"`},
		{In: `{"$extractTime": "2024-01-31"}`, Want: `"00:00:00"`},
		{In: `{"$extractTime": "10:20"}`, Note: "a time without a date is not understood"},
	},
	compile: func(c *compiler, arg, _ Value) compiled { return c.partOfTime(arg, 11, 19) },
	infer:   inferFromText,
}
