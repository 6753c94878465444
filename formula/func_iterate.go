package formula

var iterateFormula = Func{
	Name:    "$iterate",
	Summary: "A list with what becomes of each item of another list.",
	Args:    "{source, item}: in item there are the variables item, index and parent, the variables outside",
	Examples: []Example{
		{In: `{"$iterate": {"source": {"$var": "users"}, "item": {"id": {"$var": "item.id"}, "org": {"$var": "parent.org"}}}}`, Vars: `{"org": "o", "users": [{"id": 1}, {"id": 2}]}`, Want: `[{"id": 1, "org": "o"}, {"id": 2, "org": "o"}]`},
		{In: `{"$iterate": {"source": {"$var": "list"}, "item": {"$var": "item"}}}`, Vars: `{"list": [0, "", false, null, "x", []]}`, Want: `["x", []]`, Note: "what becomes 0, false, null, empty text or nothing is left out"},
		{In: `{"$iterate": {"source": {"$var": "nothing"}, "item": 1}}`, Vars: `{}`, Note: "without a list, or without any item left, there is no result"},
		{In: `{"$iterate": {"source": [1], "item": {"$var": "org"}}}`, Vars: `{"org": "o"}`, Note: "other variables are reached through parent: parent.org"},
	},
	compile: compileIterate,
	infer:   inferIterate,
}

func compileIterate(c *compiler, arg, _ Value) compiled {
	if arg.kind != KindObject || !arg.Has("source") || !arg.Has("item") {
		hint := "write {source: {$var: …}, item: …}; item sees the variables item, index and parent"
		if arg.Has("items") || arg.Has("locator") {
			hint = "locator, items and $current are of an older form: write {source: {$var: …}, item: …}, and {$var: item} for $current"
		}
		c.report("bad-argument", "$iterate takes {source, item}", hint)
	}
	source, place := c.at("source", arg.Get("source")), c.pointer()
	c.iterations++
	item := c.at("item", arg.Get("item"))
	c.iterations--
	return compiled{eval: func(f *frame) (Value, error) {
		list, err := source.run(f)
		if err != nil || list.kind != KindList {
			return Undefined, err
		}
		v, err := iterate(f, list.node.items, &item)
		if err != nil {
			return Undefined, errorAt(place, err)
		}
		return v, nil
	}}
}

// iterationKeys are the variables that an item sees.
var iterationKeys = []string{"item", "index", "parent"}

func iterate(f *frame, items []Value, body *compiled) (Value, error) {
	parent := f.vars
	defer func() { f.vars = parent }()
	var made []Value
	for i, item := range items {
		if err := f.spend(4); err != nil {
			return Undefined, err
		}
		n := &node{keys: iterationKeys, items: []Value{item, Number(float64(i)), parent}}
		f.vars = Value{kind: KindObject, node: n.seal()}
		v, err := body.run(f)
		if err != nil {
			return Undefined, err
		}
		if v.truthy() {
			made = append(made, v)
		}
	}
	if len(made) == 0 {
		return Undefined, nil
	}
	return f.made(List(made...))
}
