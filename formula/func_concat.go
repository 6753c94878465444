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
	infer:   inferConcat,
}

func compileConcat(c *compiler, arg, _ Value) compiled {
	if arg.kind == KindList {
		return concat(arg, c.items(arg), constant(String("")), c.pointer())
	}
	if arg.kind != KindObject {
		c.report("bad-argument", "$concat takes a list or {values, delimiter}, not "+kindWithArticle(arg), "write [text, {$var: …}]")
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
	parts = append(parts, delimiter)
	return fold(list, parts, func(f *frame) (Value, error) {
		last := len(parts) - 1
		d, err := parts[last].run(f)
		if err != nil {
			return Undefined, err
		}
		var buf [128]byte
		j, b := joiner{delimiter: d}, buf[:0]
		for i := range parts[:last] {
			item := parts[i].value
			if parts[i].eval != nil {
				if item, err = parts[i].eval(f); err != nil {
					return Undefined, err
				}
			}
			if b, err = j.append(f, b, item); err != nil {
				return Undefined, errorAt(place, err)
			}
		}
		if j.items == 0 {
			return Undefined, nil
		}
		if err := f.build(len(b)); err != nil {
			return Undefined, errorAt(place, err)
		}
		return String(string(b)), nil
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
	if err := f.spend(1 + v.Len()); err != nil {
		return Undefined, err
	}
	j := joiner{delimiter: d}
	var b []byte
	for _, item := range v.node.items {
		if b, err = j.append(f, b, item); err != nil {
			return Undefined, err
		}
	}
	if j.items == 0 {
		return Undefined, nil
	}
	return String(string(b)), f.build(len(b))
}

// A joiner joins the items of a $concat.
type joiner struct {
	delimiter Value
	items     int  // that are defined
	written   bool // some text is there, so that a delimiter comes before the next
}

// append appends an item to b, with the delimiter before it if it has a text.
func (j *joiner) append(f *frame, b []byte, v Value) ([]byte, error) {
	if v.kind == KindUndefined {
		return b, nil
	}
	j.items++
	if v.kind == KindNull {
		return b, nil
	}
	start := len(b)
	if j.written && (j.delimiter.kind != KindString || j.delimiter.str != "") {
		var err error
		if b, err = f.appendText(b, j.delimiter); err != nil {
			return b, err
		}
	}
	before := len(b)
	b, err := f.appendText(b, v)
	if len(b) == before {
		return b[:start], err
	}
	j.written = true
	return b, err
}
