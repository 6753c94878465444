package formula

var andFormula = Func{
	Name:    "$and",
	Summary: "Whether all values of a list hold; missing and null ones do not count.",
	Args:    "a list",
	Examples: []Example{
		{In: `{"$and": [{"$var": "a"}, {"$eval": {"$var": "n"}, "gt": 1}]}`, Vars: `{"a": true, "n": 2}`, Want: `true`},
		{In: `{"$and": [true, ""]}`, Want: `false`, Note: "false, 0 and empty text do not hold"},
		{In: `{"$and": [true, {"$var": "nothing"}]}`, Vars: `{}`, Want: `true`},
		{In: `{"$and": [{"$var": "nothing"}]}`, Vars: `{}`, Note: "without any value there is no answer, which $case takes for yes"},
	},
	compile: func(c *compiler, arg, _ Value) compiled { return c.junction("$and", arg, true) },
	infer:   inferAnd,
}

// junction compiles $and and $or: the result is start unless some value is
// otherwise.
func (c *compiler) junction(name string, arg Value, start bool) compiled {
	if arg.kind != KindList {
		if arg.kind != KindObject || c.formulaOf(arg) == nil {
			c.report("bad-argument", name+" takes a list, not "+kindWithArticle(arg), "write "+name+": [{$eval: {$var: …}, is: …}, …]")
		}
		list := c.value(arg)
		return compiled{eval: func(f *frame) (Value, error) {
			v, err := list.run(f)
			if err != nil || v.kind != KindList {
				return Undefined, err
			}
			j := junction{start: start, result: start}
			for _, item := range v.node.items {
				j.add(item)
			}
			return j.value(), f.spend(1 + v.Len()/8)
		}}
	}
	parts := c.items(arg)
	return compiled{eval: func(f *frame) (Value, error) {
		if err := f.spend(1 + len(parts)); err != nil {
			return Undefined, err
		}
		j := junction{start: start, result: start}
		for i := range parts {
			v, err := parts[i].run(f)
			if err != nil {
				return Undefined, err
			}
			j.add(v)
		}
		return j.value(), nil
	}}
}

// A junction is the state of $and and $or.
type junction struct{ start, result, some bool }

func (j *junction) add(v Value) {
	if v.IsMissing() {
		return
	}
	j.some = true
	if v.truthy() != j.start {
		j.result = !j.start
	}
}

func (j *junction) value() Value {
	if !j.some {
		return Undefined
	}
	return Bool(j.result)
}
