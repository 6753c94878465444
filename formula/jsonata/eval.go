package jsonata

// An evaluator runs one evaluation.
type evaluator struct {
	budget
	now  float64 // milliseconds since 1970
	rand func() float64
}

// eval evaluates n with input as its context.
func (ev *evaluator) eval(n *node, input any, env *frame) (any, error) {
	if ev.depth <= 0 {
		return nil, fail(CodeTooMuchWork)
	}
	if err := ev.step(1); err != nil {
		return nil, err
	}
	ev.depth--
	defer func() { ev.depth++ }()
	result, err := ev.evalKind(n, input, env)
	if err != nil {
		return nil, err
	}
	for i := range n.predicates {
		if result, err = ev.filter(n.predicates[i].expr, result, env); err != nil {
			return nil, err
		}
	}
	if n.group != nil && n.kind != kindPath {
		if result, err = ev.groupBy(n.group, result, env); err != nil {
			return nil, err
		}
	}
	return collapse(result, n.keepArray), nil
}

// collapse lets a sequence of one item stand for the item and an empty one for
// undefined.
func collapse(v any, keep bool) any {
	a, ok := v.(*array)
	if !ok || !a.seq || a.tuples {
		return v
	}
	if keep {
		a.keep = true
	}
	switch {
	case len(a.items) == 0:
		return Undefined{}
	case len(a.items) == 1 && !a.keep:
		return a.items[0]
	}
	return a
}

func (ev *evaluator) evalKind(n *node, input any, env *frame) (any, error) {
	switch n.kind {
	case kindPath:
		return ev.path(n, input, env)
	case kindName:
		return ev.field(input, n.text)
	case kindString, kindNumber, kindValue:
		return n.value, nil
	case kindVariable:
		if n.text != "" {
			return ev.lookup(env, n.text)
		}
		if isOuter(input) {
			return input.(*array).items[0], nil
		}
		return input, nil
	case kindBinary:
		return ev.binary(n, input, env)
	case kindNegate:
		return ev.negate(n, input, env)
	case kindArray:
		return ev.arrayOf(n, input, env)
	case kindObject:
		return ev.groupBy(n, input, env)
	case kindBlock:
		return ev.block(n, input, env)
	case kindCondition:
		return ev.condition(n, input, env)
	case kindBind:
		value, err := ev.eval(n.rhs, input, env)
		if err == nil {
			if err = ev.alloc(itemSize); err == nil {
				env.bind(n.lhs.text, value)
			}
		}
		return value, err
	case kindCall:
		return ev.call(n, input, env)
	case kindPartial:
		return ev.partial(n, input, env)
	case kindLambda:
		return ev.lambda(n, input, env)
	case kindApply:
		return ev.applyOperator(n, input, env)
	case kindTransform:
		return ev.transform(n, env), nil
	case kindRegex:
		return regexFunction(n.regex, n.pos), nil
	case kindWildcard:
		return ev.wildcard(input)
	case kindDescendant:
		return ev.descendants(input)
	case kindParent:
		return ev.lookup(env, n.slot.label)
	}
	return Undefined{}, nil // a placeholder outside of a call cannot be parsed
}

func (ev *evaluator) negate(n *node, input any, env *frame) (any, error) {
	v, err := ev.eval(n.lhs, input, env)
	if err != nil || isUndefined(v) {
		return v, err
	}
	f, ok, err := numeric(v)
	if err == nil && !ok {
		err = failValue("D1002", v)
	}
	if err != nil {
		return nil, relocate(err, n.pos, "-")
	}
	return -f, nil
}

// arrayOf evaluates [...]: arrays among the items are joined, unless they are
// written as arrays, too.
func (ev *evaluator) arrayOf(n *node, input any, env *frame) (any, error) {
	result := &array{cons: n.consArray}
	for _, item := range n.list {
		v, err := ev.eval(item, input, env)
		if err != nil {
			return nil, err
		}
		if isUndefined(v) {
			continue
		}
		if a := asArray(v); a != nil && item.kind != kindArray {
			err = ev.pushAll(result, a.items)
		} else {
			err = ev.push(result, v)
		}
		if err != nil {
			return nil, err
		}
	}
	return result, nil
}

func (ev *evaluator) block(n *node, input any, env *frame) (any, error) {
	inner, err := ev.newFrame(env, 0)
	if err != nil {
		return nil, err
	}
	var result any = Undefined{}
	for _, part := range n.list {
		if result, err = ev.eval(part, input, inner); err != nil {
			return nil, err
		}
	}
	return result, nil
}

func (ev *evaluator) condition(n *node, input any, env *frame) (any, error) {
	test, err := ev.eval(n.list[0], input, env)
	if err != nil {
		return nil, err
	}
	holds, err := ev.boolean(test)
	if err != nil {
		return nil, err
	}
	switch {
	case holds:
		return ev.eval(n.list[1], input, env)
	case len(n.list) > 2:
		return ev.eval(n.list[2], input, env)
	}
	return Undefined{}, nil
}

// boolean is the language's idea of truth; undefined is false.
func (ev *evaluator) boolean(v any) (bool, error) {
	switch t := v.(type) {
	case bool:
		return t, nil
	case string:
		return t != "", nil
	case float64:
		f, ok, err := numeric(t)
		return ok && f != 0, err
	case *Object:
		return t.Len() > 0, nil
	case *function:
		return t.object, nil
	case *array, []any:
		return ev.anyTrue(asArray(t).items)
	}
	return false, nil
}

func (ev *evaluator) anyTrue(items []any) (bool, error) {
	if err := ev.down(); err != nil {
		return false, err
	}
	defer ev.up()
	found := false
	for _, item := range items {
		holds, err := ev.boolean(item)
		if err == nil {
			err = ev.step(1)
		}
		if err != nil {
			return false, err
		}
		found = found || holds
	}
	return found, nil
}

// field looks a name up in an object, or in each object of an array.
func (ev *evaluator) field(v any, name string) (any, error) {
	switch t := v.(type) {
	case *Object:
		if err := ev.step(len(name) / 64); err != nil {
			return nil, err
		}
		if value, ok := t.Get(name); ok {
			return value, nil
		}
	case *array, []any:
		return ev.fields(asArray(t).items, name)
	}
	return Undefined{}, nil
}

func (ev *evaluator) fields(items []any, name string) (any, error) {
	if err := ev.down(); err != nil {
		return nil, err
	}
	defer ev.up()
	result := sequence()
	for _, item := range items {
		v, err := ev.field(item, name)
		if err != nil {
			return nil, err
		}
		switch a := asArray(v); {
		case a != nil:
			err = ev.pushAll(result, a.items)
		case isUndefined(v):
			err = ev.step(1)
		default:
			err = ev.push(result, v)
		}
		if err != nil {
			return nil, err
		}
	}
	return result, nil
}

// wildcard evaluates *: the values of all fields, arrays flattened.
func (ev *evaluator) wildcard(input any) (any, error) {
	if isOuter(input) {
		input = input.(*array).items[0]
	}
	result := sequence()
	each := func(v any) error {
		if !isArray(v) {
			return ev.push(result, v)
		}
		result.seq = false
		return ev.flatten(result, v)
	}
	switch t := input.(type) {
	case *Object:
		for _, v := range t.All() {
			if err := each(v); err != nil {
				return nil, err
			}
		}
	case *array, []any:
		list := asArray(t)
		for _, v := range list.items {
			if err := each(v); err != nil {
				return nil, err
			}
		}
		if list.seq { // in the reference, the mark of a sequence is one of its values
			return result, ev.push(result, true)
		}
	}
	return result, nil
}

// flatten appends v to a, taking arrays apart at any depth.
func (ev *evaluator) flatten(a *array, v any) error {
	list := asArray(v)
	if list == nil {
		return ev.push(a, v)
	}
	if err := ev.down(); err != nil {
		return err
	}
	defer ev.up()
	for _, item := range list.items {
		if err := ev.flatten(a, item); err != nil {
			return err
		}
	}
	return nil
}

// descendants evaluates **: the input and all that is in it, but no arrays.
func (ev *evaluator) descendants(input any) (any, error) {
	if isUndefined(input) {
		return input, nil
	}
	result := sequence()
	if err := ev.descend(result, input); err != nil {
		return nil, err
	}
	if len(result.items) == 1 {
		return result.items[0], nil
	}
	return result, nil
}

func (ev *evaluator) descend(result *array, v any) error {
	if err := ev.down(); err != nil {
		return err
	}
	defer ev.up()
	if list := asArray(v); list != nil {
		for _, item := range list.items {
			if err := ev.descend(result, item); err != nil {
				return err
			}
		}
		return nil
	}
	if err := ev.push(result, v); err != nil {
		return err
	}
	if o, ok := v.(*Object); ok {
		for _, item := range o.All() {
			if err := ev.descend(result, item); err != nil {
				return err
			}
		}
	}
	return nil
}
