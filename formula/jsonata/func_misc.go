package jsonata

import "errors"

func fnBoolean(c *call, args []any) (any, error) {
	v := argument(args, 0)
	if isUndefined(v) {
		return v, nil
	}
	return c.boolean(v)
}

func fnNot(c *call, args []any) (any, error) {
	v := argument(args, 0)
	if isUndefined(v) {
		return v, nil
	}
	holds, err := c.boolean(v)
	return !holds, err
}

func fnExists(_ *call, args []any) (any, error) { return !isUndefined(argument(args, 0)), nil }

func fnType(_ *call, args []any) (any, error) {
	v := argument(args, 0)
	switch symbol(v) {
	case 'm':
		return v, nil
	case 'l':
		return "null", nil
	case 's':
		return "string", nil
	case 'b':
		return "boolean", nil
	case 'a':
		return "array", nil
	case 'f':
		return "function", nil
	case 'n':
		_, ok, err := numeric(v)
		if ok || err != nil {
			return "number", err
		}
	}
	return "object", nil
}

func fnError(_ *call, args []any) (any, error) {
	return nil, said("D3137", argument(args, 0))
}

func fnAssert(_ *call, args []any) (any, error) {
	if truthy(argument(args, 0)) {
		return Undefined{}, nil
	}
	return nil, said("D3141", argument(args, 1))
}

// said is an error in the words of the expression.
func said(code string, message any) error {
	err := fail(code)
	if s, ok := message.(string); ok {
		err.Message = valid(s)
	}
	return err
}

// fnEval evaluates an expression that is given as a string.
func fnEval(c *call, args []any) (any, error) {
	source, ok, err := textArg(args, 0)
	if !ok {
		return Undefined{}, err
	}
	input := c.input
	if focus := argument(args, 1); !isUndefined(focus) {
		input = wrapInput(focus)
	}
	if err := c.text(200 * len(source)); err != nil { // a tree is larger than its source
		return nil, err
	}
	tree, weight, err := parse(source)
	if err != nil {
		return nil, within("D3120", err)
	}
	if err := c.alloc(256 * weight); err != nil {
		return nil, err
	}
	v, err := c.eval(tree, input, c.env)
	if err != nil {
		return nil, within("D3121", err)
	}
	return v, nil
}

// within wraps an error of an inner expression. Bounds hold for the whole.
func within(code string, err error) error {
	var inner *Error
	if errors.As(err, &inner) && limitCode(inner.Code) {
		return err
	}
	inner.complete()
	outer := failValue(code, inner.Message)
	outer.cause = inner
	return outer
}
