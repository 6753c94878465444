package jsonata

// path evaluates the steps of a path, each over the results of the one before.
func (ev *evaluator) path(n *node, input any, env *frame) (any, error) {
	var current any
	if isArray(input) && n.list[0].kind != kindVariable {
		current = input
	} else {
		current = sequence(input)
	}
	var result any = Undefined{}
	var tuples *array
	bound := false // from the first binding on, tuples carry the variables
	for i, step := range n.list {
		bound = bound || step.tuple
		var err error
		switch {
		case i == 0 && step.consArray:
			result, err = ev.eval(step, current, env)
		case bound:
			tuples, err = ev.tupleStep(step, current, tuples, env)
		default:
			result, err = ev.plainStep(step, current, env, i == len(n.list)-1)
		}
		if err != nil {
			return nil, err
		}
		if !bound && isEmpty(result) {
			break
		}
		if step.focus == "" {
			current = result
		}
	}
	if bound {
		var err error
		if result, err = ev.tupleValues(n, tuples); err != nil {
			return nil, err
		}
	}
	if n.keepOne {
		result = keepOne(result)
	}
	if n.group != nil {
		if bound && tuples != nil {
			return ev.groupBy(n.group, tuples, env)
		}
		return ev.groupBy(n.group, result, env)
	}
	return result, nil
}

// isEmpty reports whether there is nothing for a further step.
func isEmpty(v any) bool {
	switch t := v.(type) {
	case Undefined:
		return true
	case string:
		return t == ""
	case *array, []any:
		return len(asArray(t).items) == 0
	}
	return false
}

// iterable returns the items that a step goes over. A string, which can only
// come from an array constructor with a predicate, is gone over by character.
func (ev *evaluator) iterable(v any) ([]any, error) {
	switch t := v.(type) {
	case *array, []any:
		return asArray(t).items, nil
	case string:
		letters := &array{}
		for _, u := range units(t) {
			if err := ev.push(letters, unitString(rune(u))); err != nil {
				return nil, err
			}
		}
		return letters.items, nil
	}
	return nil, nil
}

// listOf returns the array that a step goes over.
func (ev *evaluator) listOf(v any) (*array, error) {
	if a := asArray(v); a != nil {
		return a, nil
	}
	items, err := ev.iterable(v)
	return &array{items: items}, err
}

// keepOne marks a result as an array even if it has one item only.
func keepOne(v any) any {
	a := asArray(v)
	if a == nil {
		return v
	}
	if a.cons && !a.seq {
		a = sequence(a)
	}
	a.keep = true
	return a
}

// tupleValues ends a path with bindings: its values, or the tuples themselves
// if the path around it needs the ancestors.
func (ev *evaluator) tupleValues(n *node, tuples *array) (any, error) {
	if tuples == nil { // bound in the constructor of the first step
		return sequence(), nil
	}
	if n.tuple {
		return tuples, nil
	}
	values := sequence()
	for _, tuple := range tuples.items {
		if err := ev.push(values, focusOf(tuple)); err != nil {
			return nil, err
		}
	}
	return values, nil
}

// focusOf is the value that a tuple stands for.
func focusOf(tuple any) any {
	if o, ok := tuple.(*Object); ok {
		if v, ok := o.Get("@"); ok {
			return v
		}
	}
	return Undefined{}
}

// plainStep evaluates a step that binds no variables.
func (ev *evaluator) plainStep(step *node, input any, env *frame, last bool) (any, error) {
	if step.kind == kindSort {
		if !isArray(input) && step.stages == nil {
			return input, nil // nothing to sort
		}
		list, err := ev.listOf(input)
		if err != nil {
			return nil, err
		}
		sorted, err := ev.orderBy(step, list, env)
		if err != nil {
			return nil, err
		}
		return ev.runStages(step.stages, sorted, env)
	}
	results := make([]any, 0, 1)
	items, err := ev.iterable(input)
	if err != nil {
		return nil, err
	}
	for _, item := range items {
		v, err := ev.eval(step, item, env)
		if err != nil {
			return nil, err
		}
		for i := range step.stages {
			if v, err = ev.filter(step.stages[i].expr, v, env); err != nil {
				return nil, err
			}
		}
		if isUndefined(v) {
			continue
		}
		if err := ev.alloc(itemSize); err != nil {
			return nil, err
		}
		results = append(results, v)
	}
	if last && len(results) == 1 {
		if a := asArray(results[0]); a != nil && !a.seq {
			return a, nil
		}
	}
	return ev.flattenOnce(results)
}

// flattenOnce joins arrays among the results of a step, except for those that
// were constructed there.
func (ev *evaluator) flattenOnce(results []any) (any, error) {
	joined := sequence()
	for _, v := range results {
		var err error
		if a := asArray(v); a != nil && !a.cons {
			err = ev.pushAll(joined, a.items)
		} else {
			err = ev.push(joined, v)
		}
		if err != nil {
			return nil, err
		}
	}
	return joined, nil
}

// runStages filters and numbers the result of a step as a whole.
func (ev *evaluator) runStages(stages []stage, result *array, env *frame) (*array, error) {
	for i := range stages {
		if stages[i].expr != nil {
			v, err := ev.filter(stages[i].expr, result, env)
			if err != nil {
				return nil, err
			}
			result = asArray(v)
			continue
		}
		for k, tuple := range result.items {
			if o, ok := tuple.(*Object); ok {
				if err := ev.set(o, stages[i].index, float64(k)); err != nil {
					return nil, err
				}
			}
		}
	}
	return result, nil
}

// tupleStep evaluates a step over tuples of bindings. Without tuples yet, each
// item of the input becomes one.
func (ev *evaluator) tupleStep(step *node, input any, tuples *array, env *frame) (*array, error) {
	if step.kind == kindSort {
		sorted, err := ev.sortTuples(step, input, tuples, env)
		if err != nil {
			return nil, err
		}
		return ev.runStages(step.stages, sorted, env)
	}
	if tuples == nil {
		items, err := ev.iterable(input)
		if err != nil {
			return nil, err
		}
		tuples = &array{}
		for _, item := range items {
			tuple := ev.object()
			tuple.Set("@", item)
			if err := ev.push(tuples, tuple); err != nil {
				return nil, err
			}
		}
	}
	result := sequence()
	result.tuples = true
	for _, tuple := range tuples.items {
		inner, err := ev.tupleFrame(env, tuple)
		if err != nil {
			return nil, err
		}
		v, err := ev.eval(step, focusOf(tuple), inner)
		if err != nil {
			return nil, err
		}
		if isUndefined(v) {
			continue
		}
		if err := ev.addTuples(result, step, tuple, v); err != nil {
			return nil, err
		}
	}
	return ev.runStages(step.stages, result, env)
}

// addTuples appends a tuple for each value that a step gave for base.
func (ev *evaluator) addTuples(result *array, step *node, base, v any) error {
	values := asArray(v)
	if values == nil {
		values = &array{items: []any{v}}
	}
	for i, value := range values.items {
		tuple := ev.object()
		if err := ev.assign(tuple, base); err != nil {
			return err
		}
		if values.tuples {
			if err := ev.assign(tuple, value); err != nil {
				return err
			}
		} else {
			if step.focus != "" {
				tuple.Set(step.focus, value)
				tuple.Set("@", focusOf(base))
			} else {
				tuple.Set("@", value)
			}
			if step.index != "" {
				tuple.Set(step.index, float64(i))
			}
			if step.ancestor != nil {
				tuple.Set(step.ancestor.label, focusOf(base))
			}
		}
		if err := ev.push(result, tuple); err != nil {
			return err
		}
	}
	return nil
}

// assign copies the fields of from to o.
func (ev *evaluator) assign(o *Object, from any) error {
	source, ok := from.(*Object)
	if !ok {
		return nil
	}
	for key, value := range source.All() {
		if err := ev.set(o, key, value); err != nil {
			return err
		}
	}
	return nil
}

func (ev *evaluator) sortTuples(step *node, input any, tuples *array, env *frame) (*array, error) {
	if tuples != nil {
		return ev.orderBy(step, tuples, env)
	}
	list, err := ev.listOf(input)
	if err != nil {
		return nil, err
	}
	sorted, err := ev.orderBy(step, list, env)
	if err != nil {
		return nil, err
	}
	result := sequence()
	result.tuples = true
	for i, item := range sorted.items {
		tuple := ev.object()
		tuple.Set("@", item)
		if step.index != "" {
			tuple.Set(step.index, float64(i))
		}
		if err := ev.push(result, tuple); err != nil {
			return nil, err
		}
	}
	return result, nil
}
