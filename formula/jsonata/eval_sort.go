package jsonata

// orderBy evaluates path^(terms).
func (ev *evaluator) orderBy(n *node, list *array, env *frame) (*array, error) {
	after := func(a, b any) (bool, error) {
		for i := range n.terms {
			c, err := ev.compareBy(n, &n.terms[i], list.tuples, a, b, env)
			if err != nil || c != 0 {
				return c > 0, err
			}
		}
		return false, nil
	}
	return ev.sort(list, after)
}

// compareBy compares two items by one term; what has no value comes last.
func (ev *evaluator) compareBy(n *node, term *sortTerm, tuples bool, a, b any, env *frame) (int, error) {
	x, err := ev.sortKey(term.expr, tuples, a, env)
	if err != nil {
		return 0, err
	}
	y, err := ev.sortKey(term.expr, tuples, b, env)
	if err != nil {
		return 0, err
	}
	switch {
	case isUndefined(x) && isUndefined(y):
		return 0, nil
	case isUndefined(x):
		return 1, nil
	case isUndefined(y):
		return -1, nil
	}
	for _, v := range []any{x, y} {
		if s := symbol(v); s != 's' && s != 'n' {
			return 0, locate(failValue("T2008", v), n.pos, "")
		}
	}
	if symbol(x) != symbol(y) {
		return 0, locate(failValue("T2007", x), n.pos, "")
	}
	c := 1
	if f, ok := x.(float64); ok {
		switch g := y.(float64); {
		case f == g:
			c = 0
		case f < g:
			c = -1
		}
	} else {
		c = compare(x.(string), y.(string))
		if err := ev.step(textLen(x) / 64); err != nil {
			return 0, err
		}
	}
	if term.descending {
		c = -c
	}
	return c, nil
}

func (ev *evaluator) sortKey(expr *node, tuples bool, item any, env *frame) (any, error) {
	if !tuples {
		return ev.eval(expr, item, env)
	}
	inner, err := ev.tupleFrame(env, item)
	if err != nil {
		return nil, err
	}
	return ev.eval(expr, focusOf(item), inner)
}

// sort merges halves until all is in order; equal items keep theirs. A list of
// one item is returned as it is.
func (ev *evaluator) sort(list *array, after func(a, b any) (bool, error)) (*array, error) {
	if len(list.items) <= 1 {
		return list, nil
	}
	if err := ev.list(2 * len(list.items)); err != nil {
		return nil, err
	}
	items := append([]any(nil), list.items...)
	if err := ev.mergeSort(items, make([]any, len(items)), after); err != nil {
		return nil, err
	}
	return &array{items: items}, nil
}

func (ev *evaluator) mergeSort(items, spare []any, after func(a, b any) (bool, error)) error {
	if len(items) <= 1 {
		return nil
	}
	middle := len(items) / 2
	if err := ev.mergeSort(items[:middle], spare[:middle], after); err != nil {
		return err
	}
	if err := ev.mergeSort(items[middle:], spare[middle:], after); err != nil {
		return err
	}
	copy(spare, items)
	left, right := spare[:middle], spare[middle:]
	for i := range items {
		takeRight := len(left) == 0
		if len(left) > 0 && len(right) > 0 {
			if err := ev.step(1); err != nil {
				return err
			}
			var err error
			if takeRight, err = after(left[0], right[0]); err != nil {
				return err
			}
		}
		if takeRight {
			items[i], right = right[0], right[1:]
		} else {
			items[i], left = left[0], left[1:]
		}
	}
	return nil
}
