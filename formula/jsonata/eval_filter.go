package jsonata

import "math"

// filter evaluates a predicate on each item. A number, or an array of numbers,
// selects by position, from the end if it is negative.
func (ev *evaluator) filter(predicate *node, input any, env *frame) (any, error) {
	result := sequence()
	list := asArray(input)
	if list == nil {
		list = sequence(input)
	}
	result.tuples = list.tuples
	if predicate.kind == kindNumber {
		return ev.nth(list, predicate.value.(float64), result)
	}
	for i, item := range list.items {
		context, inner := item, env
		if list.tuples {
			var err error
			if inner, err = ev.tupleFrame(env, item); err != nil {
				return nil, err
			}
			context = focusOf(item)
		}
		v, err := ev.eval(predicate, context, inner)
		if err != nil {
			return nil, err
		}
		times, err := ev.selects(v, i, len(list.items))
		if err != nil {
			return nil, err
		}
		for range times {
			if err := ev.push(result, item); err != nil {
				return nil, err
			}
		}
	}
	return result, nil
}

// nth selects one item by a literal position.
func (ev *evaluator) nth(list *array, at float64, result *array) (any, error) {
	at = math.Floor(at)
	if at < 0 {
		at += float64(len(list.items))
	}
	if at < 0 || at >= float64(len(list.items)) {
		return result, nil
	}
	item := list.items[int(at)]
	if isUndefined(item) {
		return result, nil
	}
	if a := asArray(item); a != nil {
		return a, nil
	}
	return result, ev.push(result, item)
}

// selects says how often the value of a predicate selects item i of n.
func (ev *evaluator) selects(v any, i, n int) (int, error) {
	at := func(f float64) bool {
		f = math.Floor(f)
		return f == float64(i) || f < 0 && f+float64(n) == float64(i)
	}
	f, ok, err := numeric(v)
	if err != nil {
		return 0, err
	}
	if ok {
		if at(f) {
			return 1, nil
		}
		return 0, nil
	}
	if ok, err = allNumbers(v); err != nil {
		return 0, err
	}
	if ok {
		positions := asArray(v).items
		times := 0
		for _, p := range positions {
			if at(p.(float64)) {
				times++
			}
		}
		return times, ev.step(len(positions))
	}
	holds, err := ev.boolean(v)
	if holds {
		return 1, err
	}
	return 0, err
}
