package formula

var recordFormula = Func{
	Name:    "$record",
	Summary: "The id of a record that was picked when the spec was written.",
	Args:    "{id, name}; the id stands as it is, it is no formula",
	Examples: []Example{
		{In: `{"$record": {"id": "42", "name": "Ann"}}`, Want: `"42"`},
		{In: `{"$record": {"id": {"$var": "x"}}}`, Vars: `{"x": 1}`, Want: `{"$var": "x"}`},
	},
	compile: func(c *compiler, arg, _ Value) compiled {
		if !arg.Has("id") {
			c.report("bad-argument", "$record takes {id, name}", "add the id")
		}
		return constant(arg.Get("id"))
	},
	infer: inferRecord,
}
