package formula

var lastNameFormula = Func{
	Name:    "$lastName",
	Summary: "The last name within a full name.",
	Args:    "text",
	Examples: []Example{
		{In: `{"$lastName": {"$var": "name"}}`, Vars: `{"name": "Dr. Jane van Doe"}`, Want: `"van Doe"`},
		{In: `{"$lastName": "Doe, Jane M."}`, Want: `"Doe"`},
		{In: `{"$lastName": "John Smith Jr."}`, Want: `"Smith"`},
		{In: `{"$lastName": "Jane"}`, Want: `"Jane"`},
	},
	compile: func(c *compiler, arg, _ Value) compiled { return c.personName(arg, 1) },
	infer:   inferFromText,
}
