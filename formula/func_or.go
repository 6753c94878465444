package formula

var orFormula = Func{
	Name:    "$or",
	Summary: "Whether any value of a list holds; missing and null ones do not count.",
	Args:    "a list",
	Examples: []Example{
		{In: `{"$or": [{"$var": "a"}, {"$eval": {"$var": "n"}, "gt": 1}]}`, Vars: `{"a": false, "n": 2}`, Want: `true`},
		{In: `{"$or": [false, 0, ""]}`, Want: `false`},
		{In: `{"$or": ["false"]}`, Want: `true`, Note: "any text but the empty one holds"},
		{In: `{"$or": [{"$var": "nothing"}]}`, Vars: `{}`, Note: "without any value there is no answer, which $case takes for yes"},
	},
	compile: func(c *compiler, arg, _ Value) compiled { return c.junction("$or", arg, false) },
	infer:   inferOr,
}
