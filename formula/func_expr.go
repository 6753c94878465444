package formula

var exprFormula = Func{
	Name:     "$expr",
	Summary:  "The value of an expression; the same as a text that is one ${expression}.",
	Args:     "an expression as text",
	Addition: true,
	Examples: []Example{
		{In: `{"$expr": "base64(user + \":\" + password)"}`, Vars: `{"user": "ann", "password": "secret"}`, Want: `"YW5uOnNlY3JldA=="`},
		{In: `{"$expr": "region ?? \"us\""}`, Vars: `{}`, Want: `"us"`},
		{In: `{"$expr": "{\"$top\": count, \"$select\": \"name\"}"}`, Vars: `{"count": 20}`, Want: `{"$top": 20, "$select": "name"}`, Note: "as data, keys that begin with $ would be taken for a formula"},
	},
	compile: func(c *compiler, arg, _ Value) compiled {
		source, ok := arg.AsString()
		if !ok {
			c.report("bad-argument", "$expr takes an expression as text, not "+kindWithArticle(arg), "")
			return c.fails("$expr takes an expression as text")
		}
		return c.expression(source, 0, len(source))
	},
	infer: inferExpr,
}
