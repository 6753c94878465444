package formula

var dataSchemaRefFormula = Func{
	Name:    "$dataSchemaRef",
	Summary: "Stands for a schema that only the platform knows; here it has no result.",
	Args:    "{type, key}",
	Examples: []Example{
		{In: `{"$dataSchemaRef": {"type": "data-collection", "key": "contacts"}}`},
	},
	compile: func(c *compiler, arg, _ Value) compiled {
		c.value(arg) // for the problems within it
		return constant(Undefined)
	},
	infer: inferSchemaRef,
}
