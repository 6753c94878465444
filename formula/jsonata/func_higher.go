package jsonata

// callEach calls f with a value, its key or position, and all it comes from,
// as far as f can use them.
func (c *call) callEach(f *function, value, key, all any) (any, error) {
	args := []any{value, key, all}
	return c.invoke(f, args[:max(1, min(3, f.arity))])
}

// invoke calls a function that was given as an argument. One that stands in
// the expression itself, which is so for calls in tail position, sees the input
// of its definition; all others see none.
func (c *call) invoke(f *function, args []any) (any, error) {
	var input any
	if f.body != nil {
		input = f.input
	}
	return c.apply(f, args, input, c.env)
}

// eachItem calls the function of the second argument with each item of the
// first, and use with what it returns.
func (c *call) eachItem(args []any, use func(i int, item, v any) error) error {
	list, err := listArg(args, 0)
	if err != nil {
		return err
	}
	f, err := functionArg(args, 1)
	if err != nil {
		return err
	}
	for i, item := range list.items {
		v, err := c.callEach(f, item, float64(i), argument(args, 0))
		if err != nil {
			return err
		}
		if err := use(i, item, v); err != nil {
			return err
		}
	}
	return nil
}

func fnMap(c *call, args []any) (any, error) {
	if isUndefined(argument(args, 0)) {
		return Undefined{}, nil
	}
	result := sequence()
	err := c.eachItem(args, func(_ int, _, v any) error {
		if isUndefined(v) {
			return nil
		}
		return c.push(result, v)
	})
	return result, err
}

func fnFilter(c *call, args []any) (any, error) {
	if isUndefined(argument(args, 0)) {
		return Undefined{}, nil
	}
	result := sequence()
	err := c.eachItem(args, func(_ int, item, v any) error {
		holds, err := c.boolean(v)
		if !holds || err != nil {
			return err
		}
		return c.push(result, item)
	})
	return result, err
}

func fnSingle(c *call, args []any) (any, error) {
	if isUndefined(argument(args, 0)) {
		return Undefined{}, nil
	}
	if isUndefined(argument(args, 1)) {
		all := &function{arity: 1, run: func(*call, []any) (any, error) { return true, nil }}
		args = []any{argument(args, 0), all}
	}
	var result any
	found := false
	err := c.eachItem(args, func(i int, item, v any) error {
		holds, err := c.boolean(v)
		if !holds || err != nil {
			return err
		}
		if found {
			return failArg("D3138", item, i)
		}
		result, found = item, true
		return nil
	})
	if err == nil && !found {
		err = fail("D3139")
	}
	return result, err
}

func fnReduce(c *call, args []any) (any, error) {
	if isUndefined(argument(args, 0)) {
		return Undefined{}, nil
	}
	list, err := listArg(args, 0)
	if err != nil {
		return nil, err
	}
	f, err := functionArg(args, 1)
	if err != nil {
		return nil, err
	}
	if f.arity < 2 {
		return nil, failArg("D3050", Undefined{}, 1)
	}
	result, first := argument(args, 2), 0
	if isUndefined(result) && len(list.items) > 0 {
		result, first = list.items[0], 1
	}
	for i := first; i < len(list.items); i++ {
		given := []any{result, list.items[i], float64(i), argument(args, 0)}
		if result, err = c.invoke(f, given[:min(4, f.arity)]); err != nil {
			return nil, err
		}
	}
	return result, nil
}
