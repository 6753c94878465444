package formula

import "strconv"

var mergeObjectsFormula = Func{
	Name:    "$mergeObjects",
	Summary: "One object of several: of members with the same name the last one stays.",
	Args:    "a list of objects",
	Examples: []Example{
		{In: `{"$mergeObjects": [{"a": 1, "b": 1}, {"b": 2}]}`, Want: `{"a": 1, "b": 2}`},
		{In: `{"$mergeObjects": [{"a": 1}, {"$var": "more"}]}`, Vars: `{"more": {"c": 3}}`, Want: `{"a": 1, "c": 3}`},
		{In: `{"$mergeObjects": [{"a": {"x": 1}}, {"a": {"y": 2}}]}`, Want: `{"a": {"y": 2}}`, Note: "objects within are replaced, not merged"},
		{In: `{"$mergeObjects": [null, "text", {"a": 1}]}`, Want: `{"a": 1}`, Note: "what is no object is left out; a list counts as an object with the members 0, 1 and so on"},
		{In: `{"$mergeObjects": []}`, Note: "without any member there is no result"},
	},
	compile: compileMergeObjects,
	infer:   inferMergeObjects,
}

func compileMergeObjects(c *compiler, arg, _ Value) compiled {
	if arg.kind != KindList && (arg.kind != KindObject || c.formulaOf(arg) == nil) {
		c.report("bad-argument", "$mergeObjects takes a list of objects, not "+kindWithArticle(arg), "write [{…}, {…}]")
	}
	list, place := c.value(arg), c.pointer()
	return compiled{eval: func(f *frame) (Value, error) {
		v, err := list.run(f)
		if err == nil {
			v, err = merge(f, v)
		}
		if err != nil {
			return Undefined, errorAt(place, err)
		}
		return v, nil
	}}
}

// merge returns the object with the members of all items of list.
func merge(f *frame, list Value) (Value, error) {
	items, _ := list.AsList()
	b := NewObject(8)
	for _, item := range items {
		if err := f.spend(1 + item.Len()); err != nil {
			return Undefined, err
		}
		for i := range item.Len() {
			key, v := item.At(i)
			if item.kind == KindList {
				key = strconv.Itoa(i)
			}
			b.Set(key, v)
		}
	}
	if b.Len() == 0 {
		return Undefined, nil
	}
	return f.made(b.Value())
}
