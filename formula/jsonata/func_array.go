package jsonata

func fnCount(_ *call, args []any) (any, error) {
	list, err := listArg(args, 0)
	if list == nil {
		return 0.0, err
	}
	return float64(len(list.items)), nil
}

func fnAppend(c *call, args []any) (any, error) {
	return c.appended(argument(args, 0), argument(args, 1))
}

// appended joins two values to a plain array; undefined adds nothing.
func (c *call) appended(first, second any) (any, error) {
	if isUndefined(first) {
		return second, nil
	}
	if isUndefined(second) {
		return first, nil
	}
	result := &array{}
	for _, v := range []any{first, second} {
		var err error
		if a := asArray(v); a != nil {
			err = c.pushAll(result, a.items)
		} else {
			err = c.push(result, v)
		}
		if err != nil {
			return nil, err
		}
	}
	return result, nil
}

func fnSort(c *call, args []any) (any, error) {
	list, err := listArg(args, 0)
	if list == nil {
		return Undefined{}, err
	}
	if len(list.items) <= 1 {
		return argument(args, 0), nil
	}
	if isUndefined(argument(args, 1)) {
		return c.sortPlain(list)
	}
	f, err := functionArg(args, 1)
	if err != nil {
		return nil, err
	}
	return c.sort(list, func(a, b any) (bool, error) {
		v, err := c.invoke(f, []any{a, b})
		return truthy(v), err
	})
}

// sortPlain sorts nothing but numbers or nothing but strings.
func (c *call) sortPlain(list *array) (any, error) {
	numbers, err := allNumbers(list)
	if err != nil {
		return nil, err
	}
	if numbers {
		return c.sort(list, func(a, b any) (bool, error) { return a.(float64) > b.(float64), nil })
	}
	if !allStrings(list) {
		return nil, failArg("D3070", list, 1)
	}
	return c.sort(list, func(a, b any) (bool, error) {
		return compare(a.(string), b.(string)) > 0, c.step(textLen(a) / 64)
	})
}

func fnReverse(c *call, args []any) (any, error) {
	return c.reorder(args, func(items []any, i int, item any) { items[len(items)-1-i] = item })
}

func fnShuffle(c *call, args []any) (any, error) {
	return c.reorder(args, func(items []any, i int, item any) {
		j := max(0, min(i, int(c.rand()*float64(i+1))))
		items[i] = items[j]
		items[j] = item
	})
}

// reorder gives the first argument, a list, in another order: place puts each
// item, in turn, where it belongs.
func (c *call) reorder(args []any, place func(items []any, i int, item any)) (any, error) {
	list, err := listArg(args, 0)
	if list == nil {
		return Undefined{}, err
	}
	n := len(list.items)
	if n <= 1 {
		return argument(args, 0), nil
	}
	if err := c.list(n); err != nil {
		return nil, err
	}
	items := make([]any, n)
	for i, item := range list.items {
		place(items, i, item)
	}
	return &array{items: items}, nil
}

// fnDistinct keeps the first of equal values.
func fnDistinct(c *call, args []any) (any, error) {
	list := asArray(argument(args, 0))
	if list == nil || len(list.items) <= 1 {
		return argument(args, 0), nil
	}
	result := &array{seq: list.seq}
	simple := map[any]bool{}
	var others []any
	for _, item := range list.items {
		known := false
		switch item.(type) {
		case nil, bool, float64, string, Undefined:
			known = simple[item]
			simple[item] = true
		default:
			for _, other := range others {
				same, err := c.equal(item, other)
				if err != nil {
					return nil, err
				}
				if known = same; known {
					break
				}
			}
			if !known {
				others = append(others, item)
			}
		}
		if err := c.step(1 + textLen(item)/64); err != nil {
			return nil, err
		}
		if known {
			continue
		}
		if err := c.alloc(2 * itemSize); err != nil {
			return nil, err
		}
		if err := c.push(result, item); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// fnZip makes arrays of the first, the second, the third items of its
// arguments, as many as the shortest has.
func fnZip(c *call, args []any) (any, error) {
	if len(args) == 0 {
		return &array{}, nil
	}
	n := -1
	lists := make([]*array, len(args))
	for i, arg := range args {
		lists[i] = asArray(arg)
		if lists[i] == nil {
			return &array{}, nil
		}
		if n < 0 || len(lists[i].items) < n {
			n = len(lists[i].items)
		}
	}
	result := &array{}
	for i := range n {
		if err := c.list(len(lists) + 2); err != nil {
			return nil, err
		}
		row := make([]any, len(lists))
		for k, list := range lists {
			row[k] = list.items[i]
		}
		if err := c.push(result, &array{items: row}); err != nil {
			return nil, err
		}
	}
	return result, nil
}
