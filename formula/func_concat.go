package formula

var concatFormula = Func{
	Name:    "$concat",
	Summary: "Joins values into one text; null, missing and empty items are left out.",
	Args:    "a list, or {values, delimiter}",
	Examples: []Example{
		{In: `{"$concat": ["Bearer ", {"$var": "token"}]}`, Vars: `{"token": "t"}`, Want: `"Bearer t"`},
		{In: `{"$concat": ["a", 1, null]}`, Want: `"a1"`},
		{In: `{"$concat": {"values": ["a", "b"], "delimiter": ", "}}`, Want: `"a, b"`},
		{In: `{"$concat": ["Bearer ", {"$var": "token"}]}`, Vars: `{}`, Want: `"Bearer "`, Note: "a missing item does not make the result missing; ${…} does"},
		{In: `{"$concat": {"$var": "list"}}`, Vars: `{"list": ["a"]}`, Note: "only a list written here is joined"},
		{In: `{"$concat": {"values": {"$var": "list"}}}`, Vars: `{"list": ["a", "b"]}`, Want: `"ab"`},
	},
	compile: compileConcat,
}

func compileConcat(c *compiler, arg, _ Value) compiled {
	if arg.kind == KindList {
		return concat(arg, c.items(arg), constant(String("")), c.pointer())
	}
	if arg.kind != KindObject {
		c.report("bad-argument", "$concat takes a list or {values, delimiter}, not "+kindWithArticle(arg), "")
		return constant(Undefined)
	}
	values := arg.Get("values")
	delimiter := c.at("delimiter", arg.Get("delimiter"))
	if !arg.Has("delimiter") {
		delimiter = constant(String(""))
	}
	if d := arg.Get("delimiter"); d.kind == KindNull {
		delimiter = constant(String(""))
	}
	switch {
	case values.kind == KindList:
		c.enter("values")
		defer c.leave()
		return concat(values, c.items(values), delimiter, c.pointer())
	case values.kind == KindObject && c.formulaOf(values) != nil:
		list := c.at("values", values)
		place := c.pointer()
		return compiled{eval: func(f *frame) (Value, error) {
			v, err := concatList(f, &list, &delimiter)
			if err != nil {
				err = errorAt(place, err)
			}
			return v, err
		}}
	}
	c.value(arg) // for the problems within it
	c.report("bad-argument", "$concat joins a list that is written here, or that a formula in values gives", `write {"$concat": {"values": …}}`)
	return constant(Undefined)
}

// concat joins parts, the items of list.
func concat(list Value, parts []compiled, delimiter compiled, place string) compiled {
	delimiter.folded = true // the result is text, never the list itself
	return fold(list, append(parts, delimiter), func(f *frame) (Value, error) {
		d, err := delimiter.run(f)
		if err != nil {
			return Undefined, err
		}
		var buf [128]byte
		j := joiner{b: buf[:0], delimiter: d}
		for i := range parts {
			item, err := parts[i].run(f)
			if err == nil {
				err = j.add(f, &item)
			}
			if err != nil {
				return Undefined, errorAt(place, err)
			}
		}
		v, err := j.value(f)
		if err != nil {
			err = errorAt(place, err)
		}
		return v, err
	})
}

func concatList(f *frame, list, delimiter *compiled) (Value, error) {
	v, err := list.run(f)
	if err != nil || v.kind != KindList {
		return Undefined, err
	}
	d, err := delimiter.run(f)
	if err != nil {
		return Undefined, err
	}
	j := joiner{delimiter: d}
	for i := range v.node.items {
		if err := j.add(f, &v.node.items[i]); err != nil {
			return Undefined, err
		}
	}
	return j.value(f)
}

// A joiner joins the items of a $concat.
type joiner struct {
	b         []byte
	delimiter Value
	items     int  // that are defined
	written   bool // some text is there, so that a delimiter comes before the next
}

func (j *joiner) add(f *frame, v *Value) (err error) {
	if v.kind == KindUndefined {
		return nil
	}
	j.items++
	if v.kind == KindNull {
		return nil
	}
	start := len(j.b)
	if j.written {
		if j.b, err = f.appendText(j.b, j.delimiter); err != nil {
			return err
		}
	}
	before := len(j.b)
	if j.b, err = f.appendText(j.b, *v); err != nil {
		return err
	}
	if len(j.b) == before {
		j.b = j.b[:start]
		return nil
	}
	j.written = true
	return nil
}

func (j *joiner) value(f *frame) (Value, error) {
	if j.items == 0 {
		return Undefined, nil
	}
	return String(string(j.b)), f.build(len(j.b))
}
