package jsonata

func fnKeys(c *call, args []any) (any, error) {
	names := &Object{}
	if err := c.collectKeys(names, argument(args, 0)); err != nil {
		return nil, err
	}
	result := sequence()
	for _, key := range names.Keys() {
		if err := c.push(result, key); err != nil {
			return nil, err
		}
	}
	return result, nil
}

// collectKeys adds the keys of an object, or of all objects of an array.
func (c *call) collectKeys(names *Object, v any) error {
	switch t := v.(type) {
	case *Object:
		for key := range t.All() {
			if err := c.set(names, key, true); err != nil {
				return err
			}
		}
	case *array, []any:
		if err := c.down(); err != nil {
			return err
		}
		defer c.up()
		for _, item := range asArray(t).items {
			if err := c.collectKeys(names, item); err != nil {
				return err
			}
		}
		return c.step(len(asArray(t).items))
	}
	return nil
}

func fnLookup(c *call, args []any) (any, error) {
	key, err := plainText(args, 1)
	if err != nil {
		return nil, err
	}
	return c.field(argument(args, 0), key)
}

func fnSpread(c *call, args []any) (any, error) { return c.spread(argument(args, 0)) }

// spread makes an object of each field.
func (c *call) spread(v any) (any, error) {
	result := sequence()
	switch t := v.(type) {
	case *Object:
		for key, value := range t.All() {
			o := c.object()
			if err := c.set(o, key, value); err != nil {
				return nil, err
			}
			if err := c.push(result, o); err != nil {
				return nil, err
			}
		}
		return result, nil
	case *array, []any:
		if err := c.down(); err != nil {
			return nil, err
		}
		defer c.up()
		for _, item := range asArray(t).items {
			part, err := c.spread(item)
			if err != nil {
				return nil, err
			}
			if isUndefined(part) {
				continue
			}
			result.seq = false // joined to a plain array
			if a := asArray(part); a != nil {
				err = c.pushAll(result, a.items)
			} else {
				err = c.push(result, part)
			}
			if err != nil {
				return nil, err
			}
		}
		return result, nil
	}
	return v, nil
}

func fnMerge(c *call, args []any) (any, error) {
	list, err := listArg(args, 0)
	if list == nil {
		return Undefined{}, err
	}
	result := c.object()
	for _, item := range list.items {
		if err := c.assign(result, item); err != nil {
			return nil, err
		}
	}
	return result, nil
}

func fnClone(c *call, args []any) (any, error) {
	v := argument(args, 0)
	if isUndefined(v) {
		return v, nil
	}
	return c.clone(v)
}

func fnEach(c *call, args []any) (any, error) {
	result := sequence()
	err := c.eachField(args, func(_ string, _, v any) error {
		if isUndefined(v) {
			return nil
		}
		return c.push(result, v)
	})
	return result, err
}

func fnSift(c *call, args []any) (any, error) {
	result := c.object()
	err := c.eachField(args, func(key string, value, v any) error {
		holds, err := c.boolean(v)
		if !holds || err != nil {
			return err
		}
		return c.set(result, key, value)
	})
	if result.Len() == 0 {
		return Undefined{}, err
	}
	return result, err
}

// eachField calls the function of the second argument with each field of the
// first, and use with what it returns.
func (c *call) eachField(args []any, use func(key string, value, v any) error) error {
	o, ok := argument(args, 0).(*Object)
	if !ok || o.Len() == 0 {
		return nil
	}
	f, err := functionArg(args, 1)
	if err != nil {
		return err
	}
	for key, value := range o.All() {
		v, err := c.callEach(f, value, key, o)
		if err != nil {
			return err
		}
		if err := use(key, value, v); err != nil {
			return err
		}
	}
	return nil
}
