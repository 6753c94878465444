package formula

var firstNotEmptyFormula = Func{
	Name:    "$firstNotEmpty",
	Summary: "The first value of a list that is neither missing nor null.",
	Args:    "a list",
	Examples: []Example{
		{In: `{"$firstNotEmpty": [{"$var": "region"}, "us"]}`, Vars: `{}`, Want: `"us"`},
		{In: `{"$firstNotEmpty": [null, "", "b"]}`, Want: `""`, Note: "empty text is a value"},
		{In: `{"$firstNotEmpty": [null]}`},
	},
	compile: compileFirstNotEmpty,
	infer:   inferFirstNotEmpty,
}

func compileFirstNotEmpty(c *compiler, arg, _ Value) compiled {
	if arg.kind != KindList {
		list := c.value(arg)
		if arg.kind != KindObject || c.formulaOf(arg) == nil {
			c.report("bad-argument", "$firstNotEmpty takes a list, not "+kindWithArticle(arg), "write [{$var: …}, …]: the first that is there is taken")
		}
		return compiled{eval: func(f *frame) (Value, error) {
			v, err := list.run(f)
			items, _ := v.AsList()
			for _, item := range items {
				if !item.IsMissing() {
					return item, err
				}
			}
			return Undefined, err
		}}
	}
	parts := c.items(arg)
	return compiled{eval: func(f *frame) (Value, error) {
		for i := range parts {
			if v, err := parts[i].run(f); err != nil || !v.IsMissing() {
				return v, err
			}
		}
		return Undefined, nil
	}}
}
