package formula

var lookupFormula = Func{
	Name:    "$lookup",
	Summary: "Stands for a record that the platform finds later: what it is given is evaluated, and it stays.",
	Args:    "anything",
	Examples: []Example{
		{In: `{"$lookup": {"query": {"email": {"$var": "email"}}}}`, Vars: `{"email": "ann@example.com"}`, Want: `{"$lookup": {"query": {"email": "ann@example.com"}}}`},
		{In: `{"$lookup": {"$var": "nothing"}}`, Vars: `{}`, Want: `{}`},
	},
	compile: func(c *compiler, arg, _ Value) compiled { return c.deferred("$lookup", arg) },
	infer:   inferDeferred,
}

// deferred compiles a formula that the platform resolves and that stays where
// it is, with its argument evaluated.
func (c *compiler) deferred(name string, arg Value) compiled {
	part := c.value(arg)
	part.folded = true
	return fold(arg, []compiled{part}, func(f *frame) (Value, error) {
		v, err := part.run(f)
		if err != nil {
			return Undefined, err
		}
		return f.made(Object(Member{name, v}))
	})
}
