package formula

import "strconv"

var caseFormula = Func{
	Name:    "$case",
	Summary: "The value of the first case whose filter holds, else the default.",
	Args:    "{cases: [{filter, value}], default}, or the list of cases",
	Examples: []Example{
		{
			In:   `{"$case": {"cases": [{"filter": {"$eval": {"$var": "region"}, "is": "eu"}, "value": "https://eu.example"}], "default": "https://us.example"}}`,
			Vars: `{"region": "eu"}`, Want: `"https://eu.example"`,
		},
		{In: `{"$case": {"cases": [{"filter": [{"field": "region", "operator": "is", "value": "eu"}], "value": 1}], "default": 2}}`, Vars: `{"region": "us"}`, Want: `2`},
		{In: `{"$case": {"cases": [{"filter": {"$var": "flag"}, "value": 1}], "default": 2}}`, Vars: `{}`, Want: `1`, Note: "a filter that is missing or null holds"},
		{In: `{"$case": {"cases": [{"filter": false, "value": 1}], "default": 2}}`, Want: `1`, Note: "a filter written as false, 0 or empty text counts as none"},
		{In: `{"$case": [{"value": {"$var": "nothing"}}]}`, Vars: `{}`, Note: "a chosen value that is missing does not fall to the default"},
	},
	compile: compileCase,
	infer:   inferCase,
}

// A choice is one case: no filter always holds.
type choice struct {
	filter func(*frame) (bool, error)
	value  compiled
}

func compileCase(c *compiler, arg, _ Value) compiled {
	cases, key := arg, ""
	if arg.kind == KindObject {
		cases, key = arg.Get("cases"), "cases"
	}
	if cases.kind != KindList {
		c.value(arg) // for the problems within it
		c.report("bad-argument", "$case takes {cases: [{filter, value}], default}", "the list of cases must be written here; a formula cannot give it")
		return constant(Undefined)
	}
	var choices []choice
	if key != "" {
		c.enter(key)
	}
	for i, item := range cases.node.items {
		c.enter(strconv.Itoa(i))
		choices = append(choices, c.choice(item))
		c.leave()
	}
	if key != "" {
		c.leave()
	}
	fallback := constant(Undefined)
	if d := arg.Get("default"); !d.IsMissing() {
		fallback = c.at("default", d)
	}
	return compiled{eval: func(f *frame) (Value, error) {
		for i := range choices {
			if choices[i].filter != nil {
				if ok, err := choices[i].filter(f); err != nil {
					return Undefined, err
				} else if !ok {
					continue
				}
			}
			return choices[i].value.run(f)
		}
		v, err := fallback.run(f)
		if v.kind == KindNull {
			v = Undefined
		}
		return v, err
	}}
}

func (c *compiler) choice(item Value) choice {
	if item.kind != KindObject {
		c.report("bad-argument", "a case is {filter, value}, not "+kindWithArticle(item), "write {filter: {$eval: {$var: …}, is: …}, value: …}")
		return choice{value: constant(Undefined)}
	}
	ch := choice{value: c.at("value", item.Get("value"))}
	filter := item.Get("filter")
	switch {
	case !filter.truthy():
		return ch
	case filter.kind == KindList:
		c.enter("filter")
		ch.filter = c.conditions(filter)
		c.leave()
		return ch
	}
	test := c.at("filter", filter)
	ch.filter = func(f *frame) (bool, error) {
		v, err := test.run(f)
		if err == nil && v.node != nil && v.node.copies {
			v, err = f.copyAll(v)
		}
		return v.IsMissing() || v.truthy(), err
	}
	return ch
}
