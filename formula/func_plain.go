package formula

var plainFormula = Func{
	Name:    "$plain",
	Summary: "Data as it stands: nothing in it is a formula.",
	Args:    "anything",
	Examples: []Example{
		{In: `{"$plain": {"$var": "x"}}`, Want: `{"$var": "x"}`},
		{In: `{"$plain": "costs ${amount}"}`, Want: `"costs ${amount}"`},
	},
	compile: func(_ *compiler, arg, _ Value) compiled { return constant(arg) },
	infer:   inferPlain,
}
