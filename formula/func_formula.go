package formula

import "strconv"

var formulaFormula = Func{
	Name:    "$formula",
	Summary: "A formula to be evaluated later: only the variables in it are put in.",
	Args:    "a formula",
	Examples: []Example{
		{In: `{"$formula": {"$concat": ["a", {"$var": "x"}]}}`, Vars: `{"x": "b"}`, Want: `{"$concat": ["a", "b"]}`},
		{In: `{"$formula": {"$concat": ["a", {"$var": "nothing"}]}}`, Vars: `{}`, Want: `{"$concat": ["a"]}`, Note: "what is missing is left out"},
		{In: `{"$formula": {"$eval": {"$var": "x"}, "is": {"$var": "y"}}}`, Vars: `{"x": 1, "y": 2}`, Want: `{"$eval": 1, "is": {"$var": "y"}}`, Note: "the operand of $eval and the item of $iterate stay as they are"},
		{In: `{"$formula": {"$var": "x"}}`, Vars: `{"x": 1}`, Want: `{"$var": "x"}`, Note: "a variable alone stays, too"},
		{In: `{"$formula": [{"$var": "nothing"}, {"$var": "x"}]}`, Vars: `{"x": 1}`, Want: `[{"$var": "x"}]`, Note: "when an item is left out, the one that takes its place is passed over"},
	},
	compile: compileFormula,
	infer:   inferFormula,
}

func compileFormula(c *compiler, arg, _ Value) compiled {
	var places []Locator
	c.findVariables(arg, nil, &places)
	if len(places) == 0 {
		return constant(arg)
	}
	// Which part stands at a place depends on what was left out before, so that
	// the parts are compiled when they are met.
	inner := compiler{options: Options{Dialect: DialectMembrane}, funcs: c.funcs}
	return compiled{eval: func(f *frame) (Value, error) {
		result := arg
		for _, place := range places {
			at := result
			for _, step := range place.steps {
				if err := f.spend(1 + at.Len()); err != nil { // it is made anew
					return Undefined, err
				}
				at = at.member(step)
			}
			c := inner
			part := c.value(at)
			v, err := part.run(f)
			if err == nil {
				result, err = place.Set(result, v)
			}
			if err != nil {
				return Undefined, err
			}
		}
		return f.made(result)
	}}
}

// findVariables adds the places of the $var within v, which stands at path, and
// compiles them for the problems in them.
func (c *compiler) findVariables(v Value, path []Step, places *[]Locator) {
	if v.node == nil || len(path) > maxDepth {
		return
	}
	if v.kind == KindList {
		for i, item := range v.node.items {
			c.enter(strconv.Itoa(i))
			c.findVariables(item, append(path, Step{Index: float64(i), IsIndex: true}), places)
			c.leave()
		}
		return
	}
	f := c.formulaOf(v)
	if f != nil && f.Name == "$var" && len(path) > 0 {
		*places = append(*places, Locator{append([]Step{}, path...)})
		c.value(v)
		return
	}
	order := jsOrder(v.node.keys)
	if f != nil {
		order = order[:1]
	}
	for _, i := range order {
		key, item := v.At(i)
		step := append(path, Step{Property: key})
		c.enter(key)
		if f != nil && key == "$iterate" {
			step = append(step, Step{Property: "source"})
			c.enter("source")
			c.findVariables(item.Get("source"), step, places)
			c.leave()
		} else {
			c.findVariables(item, step, places)
		}
		c.leave()
	}
}
