package jsonata

import "math"

// binary evaluates an operator with two sides.
func (ev *evaluator) binary(n *node, input any, env *frame) (any, error) {
	lhs, err := ev.eval(n.lhs, input, env)
	if err != nil {
		return nil, err
	}
	if n.text == "and" || n.text == "or" {
		v, err := ev.logic(n, lhs, input, env)
		if err != nil {
			return nil, relocate(err, n.pos, n.text)
		}
		return v, nil
	}
	rhs, err := ev.eval(n.rhs, input, env)
	if err != nil {
		return nil, err
	}
	v, err := ev.operate(n.text, lhs, rhs)
	if err != nil {
		return nil, relocate(err, n.pos, n.text)
	}
	return v, nil
}

func (ev *evaluator) operate(op string, lhs, rhs any) (any, error) {
	switch op {
	case "=", "!=":
		if isUndefined(lhs) || isUndefined(rhs) {
			return false, nil
		}
		equal, err := ev.equal(lhs, rhs)
		return equal == (op == "="), err
	case "<", "<=", ">", ">=":
		v, err := order(op, lhs, rhs)
		if err == nil {
			err = ev.step(textLen(lhs) / 64)
		}
		return v, err
	case "&":
		return ev.join(lhs, rhs)
	case "..":
		return ev.numberRange(lhs, rhs)
	case "in":
		return ev.member(lhs, rhs)
	}
	return arithmetic(op, lhs, rhs)
}

// logic evaluates and, or: the right side only if it matters.
func (ev *evaluator) logic(n *node, lhs, input any, env *frame) (any, error) {
	holds, err := ev.boolean(lhs)
	if err != nil || holds == (n.text == "or") {
		return holds, err
	}
	rhs, err := ev.eval(n.rhs, input, env)
	if err != nil {
		return nil, err
	}
	return ev.boolean(rhs)
}

func arithmetic(op string, lhs, rhs any) (any, error) {
	x, ok, err := numeric(lhs)
	if err == nil && !ok && !isUndefined(lhs) {
		err = failValue("T2001", lhs)
	}
	if err != nil {
		return nil, err
	}
	y, ok, err := numeric(rhs)
	if err == nil && !ok && !isUndefined(rhs) {
		err = failValue("T2002", rhs)
	}
	if err != nil {
		return nil, err
	}
	if isUndefined(lhs) || isUndefined(rhs) {
		return Undefined{}, nil
	}
	switch op {
	case "+":
		return x + y, nil
	case "-":
		return x - y, nil
	case "*":
		return x * y, nil
	case "/":
		return x / y, nil
	}
	return math.Mod(x, y), nil
}

// order compares two numbers or two strings.
func order(op string, lhs, rhs any) (any, error) {
	comparable := func(v any) bool {
		s := symbol(v)
		return s == 's' || s == 'n'
	}
	for _, v := range []any{lhs, rhs} {
		if !comparable(v) && !isUndefined(v) {
			return nil, failValue("T2010", v)
		}
	}
	if isUndefined(lhs) || isUndefined(rhs) {
		return Undefined{}, nil
	}
	if symbol(lhs) != symbol(rhs) {
		return nil, failValue("T2009", lhs)
	}
	if x, ok := lhs.(float64); ok {
		y := rhs.(float64)
		switch op {
		case "<":
			return x < y, nil
		case "<=":
			return x <= y, nil
		case ">":
			return x > y, nil
		}
		return x >= y, nil
	}
	c := compare(lhs.(string), rhs.(string))
	switch op {
	case "<":
		return c < 0, nil
	case "<=":
		return c <= 0, nil
	case ">":
		return c > 0, nil
	}
	return c >= 0, nil
}

// textLen is the length of a string, 0 for all else.
func textLen(v any) int {
	s, _ := v.(string)
	return len(s)
}

// join evaluates &.
func (ev *evaluator) join(lhs, rhs any) (any, error) {
	var parts [2]string
	for i, v := range []any{lhs, rhs} {
		if isUndefined(v) {
			continue
		}
		s, err := ev.stringify(v, false)
		if err != nil {
			return nil, err
		}
		parts[i] = s
	}
	if err := ev.text(len(parts[0]) + len(parts[1])); err != nil {
		return nil, err
	}
	return concat(parts[0], parts[1]), nil
}

// numberRange evaluates [lhs..rhs].
func (ev *evaluator) numberRange(lhs, rhs any) (any, error) {
	for i, v := range []any{lhs, rhs} {
		f, ok := v.(float64)
		if !isUndefined(v) && (!ok || f != math.Trunc(f) || math.IsInf(f, 0)) {
			return nil, failValue([]string{"T2003", "T2004"}[i], v)
		}
	}
	first, fok := lhs.(float64)
	last, lok := rhs.(float64)
	if !fok || !lok || first > last {
		return Undefined{}, nil
	}
	size := last - first + 1
	if size > 1e7 {
		return nil, failValue("D2014", size)
	}
	if err := ev.list(int(size)); err != nil {
		return nil, err
	}
	items := make([]any, int(size))
	for i := range items {
		items[i] = first + float64(i)
	}
	return sequence(items...), nil
}

// member evaluates lhs in rhs.
func (ev *evaluator) member(lhs, rhs any) (any, error) {
	if isUndefined(lhs) || isUndefined(rhs) {
		return false, nil
	}
	list := asArray(rhs)
	if list == nil {
		return identical(lhs, rhs), ev.step(textLen(lhs) / 64)
	}
	for _, item := range list.items {
		if err := ev.step(1 + textLen(lhs)/64); err != nil {
			return nil, err
		}
		if identical(lhs, item) {
			return true, nil
		}
	}
	return false, nil
}

// equal compares values by what they contain; the order of fields is of no
// importance.
func (ev *evaluator) equal(a, b any) (bool, error) {
	if err := ev.down(); err != nil {
		return false, err
	}
	defer ev.up()
	if x, y := asArray(a), asArray(b); x != nil || y != nil {
		if x == nil || y == nil || len(x.items) != len(y.items) {
			return false, nil
		}
		for i := range x.items {
			if same, err := ev.equal(x.items[i], y.items[i]); !same || err != nil {
				return false, err
			}
		}
		return true, nil
	}
	x, xok := a.(*Object)
	y, yok := b.(*Object)
	if !xok || !yok || x == y {
		return identical(a, b), ev.step(textLen(a) / 64)
	}
	if x.Len() != y.Len() {
		return false, nil
	}
	for key, v := range x.All() {
		w, ok := y.Get(key)
		if !ok {
			return false, nil
		}
		if same, err := ev.equal(v, w); !same || err != nil {
			return false, err
		}
	}
	return true, nil
}
