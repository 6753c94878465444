package jsonata

// A groupEntry collects the items that have the same key.
type groupEntry struct {
	data  any
	pair  int    // the key's place in the constructor
	owned *array // data, if it was made here and may grow
}

// groupBy evaluates an object constructor: over each item of the input the
// keys, then over all items with the same key the value.
func (ev *evaluator) groupBy(n *node, input any, env *frame) (any, error) {
	list := asArray(input)
	if list == nil {
		list = sequence(input)
	}
	items := list.items
	if len(items) == 0 { // so that a literal object needs no input
		items = []any{Undefined{}}
	}
	groups := ev.object()
	for _, item := range items {
		context, inner := item, env
		if list.tuples {
			var err error
			if inner, err = ev.tupleFrame(env, item); err != nil {
				return nil, err
			}
			context = focusOf(item)
		}
		for i := range n.pairs {
			key, err := ev.eval(n.pairs[i][0], context, inner)
			if err != nil {
				return nil, err
			}
			if err := ev.addToGroup(groups, n, i, key, item); err != nil {
				return nil, err
			}
		}
	}
	result := ev.object()
	for key, entry := range groups.All() {
		v, err := ev.groupValue(n, entry.(*groupEntry), list.tuples, env)
		if err != nil {
			return nil, err
		}
		if isUndefined(v) {
			continue
		}
		if err := ev.set(result, key, v); err != nil {
			return nil, err
		}
	}
	return result, nil
}

func (ev *evaluator) addToGroup(groups *Object, n *node, pair int, key, item any) error {
	if isUndefined(key) {
		return nil
	}
	name, ok := key.(string)
	if !ok {
		return locate(failValue("T1003", key), n.pos, "")
	}
	if name == "_jsonata_lambda" || name == "_jsonata_function" {
		return locate(failValue("D1013", key), n.pos, "")
	}
	found, ok := groups.Get(name)
	if !ok {
		return ev.set(groups, name, &groupEntry{data: item, pair: pair})
	}
	entry := found.(*groupEntry)
	if entry.pair != pair {
		return locate(failValue("D1009", key), n.pos, "")
	}
	if isUndefined(entry.data) {
		entry.data = item
		return nil
	}
	return ev.grow(&entry.data, &entry.owned, item)
}

// grow appends item, or the items of an array, to data, which becomes a plain
// array; owned is that array once it exists.
func (ev *evaluator) grow(data *any, owned **array, item any) error {
	if isUndefined(item) {
		return nil
	}
	if *owned == nil {
		*owned = &array{}
		if a := asArray(*data); a != nil {
			if err := ev.pushAll(*owned, a.items); err != nil {
				return err
			}
		} else if err := ev.push(*owned, *data); err != nil {
			return err
		}
		*data = *owned
	}
	if a := asArray(item); a != nil {
		return ev.pushAll(*owned, a.items)
	}
	return ev.push(*owned, item)
}

func (ev *evaluator) groupValue(n *node, entry *groupEntry, tuples bool, env *frame) (any, error) {
	value := n.pairs[entry.pair][1]
	if !tuples {
		return ev.eval(value, entry.data, env)
	}
	merged, err := ev.mergeTuples(entry.data)
	if err != nil {
		return nil, err
	}
	inner, err := ev.tupleFrame(env, merged)
	if err != nil {
		return nil, err
	}
	return ev.eval(value, focusOf(merged), inner)
}

// mergeTuples joins the bindings of several tuples, variable by variable.
func (ev *evaluator) mergeTuples(data any) (any, error) {
	list := asArray(data)
	if list == nil {
		return data, nil
	}
	merged := ev.object()
	owned := map[string]*array{}
	for i, tuple := range list.items {
		o, ok := tuple.(*Object)
		if !ok {
			continue
		}
		for name, v := range o.All() {
			old, ok := merged.Get(name)
			if i == 0 || !ok || isUndefined(old) {
				if err := ev.set(merged, name, v); err != nil {
					return nil, err
				}
				continue
			}
			list := owned[name]
			if err := ev.grow(&old, &list, v); err != nil {
				return nil, err
			}
			owned[name] = list
			merged.Set(name, old)
		}
	}
	return merged, nil
}
