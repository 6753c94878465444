package formula

import (
	"cmp"
	"errors"
	"fmt"
	"slices"
)

// A loop is one of expr's functions that take a predicate, such as filter(list,
// .active). each is called for every item with what the predicate made of it
// and tells whether to stop; finish gives the result.
type loop struct {
	name     string
	summary  string
	examples []Example
	start    func() accumulator
	bare     bool // the predicate may be left out
}

type accumulator struct {
	each   func(f *frame, i int, item, made Value) (stop bool, err error)
	finish func() (Value, error)
}

// loops lists the functions that take a predicate.
var loops = []loop{
	{"all", "whether the predicate holds for all items", []Example{{In: `all([1, 2], # > 0)`, Want: `true`}}, func() accumulator { return quantifier(true, false) }, false},
	{"any", "whether the predicate holds for any item", []Example{{In: `any(users, .admin)`, Vars: `{"users": [{"admin": false}, {"admin": true}]}`, Want: `true`}}, func() accumulator { return quantifier(false, true) }, false},
	{"none", "whether the predicate holds for no item", []Example{{In: `none([1, 2], # > 2)`, Want: `true`}}, func() accumulator { return quantifier(true, true) }, false},
	{"one", "whether the predicate holds for exactly one item", []Example{{In: `one([1, 2], # > 1)`, Want: `true`}}, one, false},
	{"filter", "the items for which the predicate holds", []Example{{In: `filter([1, 2, 3], # != 2)`, Want: `[1, 3]`}}, filterItems, false},
	{"map", "what the predicate makes of each item", []Example{{In: `map(users, .id)`, Vars: `{"users": [{"id": 1}, {"id": 2}]}`, Want: `[1, 2]`}}, mapItems, false},
	{"count", "for how many items the predicate holds; without one, how many are true", []Example{{In: `count([1, 2, 3], # > 1)`, Want: `2`}}, countItems, true},
	{"sum", "the sum of what the predicate makes of each item; without one, of the items", []Example{{In: `sum([1, 2, 3])`, Want: `6`}}, sumItems, true},
	{"find", "the first item for which the predicate holds", []Example{{In: `find(users, .id == 2).name`, Vars: `{"users": [{"id": 1, "name": "a"}, {"id": 2, "name": "b"}]}`, Want: `"b"`}}, findItem, false},
	{"findIndex", "the place of the first item for which the predicate holds, from 0; -1 if there is none", []Example{{In: `findIndex(["a", "b"], # == "b")`, Want: `1`}}, findItemIndex, false},
	{"sortBy", "the items in the order of what the predicate makes of them: numbers, or texts", []Example{{In: `sortBy([{"n": 2}, {"n": 1}], .n)`, Want: `[{"n": 1}, {"n": 2}]`}}, sortItems, false},
}

func findLoop(name string) *loop {
	for i := range loops {
		if loops[i].name == name {
			return &loops[i]
		}
	}
	return nil
}

// holds reads what a predicate gave.
func holds(v Value) (bool, error) {
	b, ok := v.AsBool()
	if !ok {
		return false, fmt.Errorf("a predicate gives true or false, not %s", kindWithArticle(v))
	}
	return b, nil
}

// quantifier starts with a result and stops with the other one when the
// predicate gives what it looks for.
func quantifier(start, lookFor bool) accumulator {
	result := start
	return accumulator{
		each: func(_ *frame, _ int, _, made Value) (bool, error) {
			b, err := holds(made)
			if b == lookFor {
				result = !start
			}
			return b == lookFor, err
		},
		finish: func() (Value, error) { return Bool(result), nil },
	}
}

func one() accumulator {
	n := 0
	return accumulator{
		each: func(_ *frame, _ int, _, made Value) (bool, error) {
			b, err := holds(made)
			if b {
				n++
			}
			return n > 1, err
		},
		finish: func() (Value, error) { return Bool(n == 1), nil },
	}
}

func filterItems() accumulator {
	list := []Value{}
	return accumulator{
		each: func(_ *frame, _ int, item, made Value) (bool, error) {
			b, err := holds(made)
			if b {
				list = append(list, item)
			}
			return false, err
		},
		finish: func() (Value, error) { return List(list...), nil },
	}
}

func mapItems() accumulator {
	list := []Value{}
	return accumulator{
		each: func(_ *frame, _ int, _, made Value) (bool, error) {
			list = append(list, made)
			return false, nil
		},
		finish: func() (Value, error) { return List(list...), nil },
	}
}

func countItems() accumulator {
	n := 0
	return accumulator{
		each: func(_ *frame, _ int, _, made Value) (bool, error) {
			b, err := holds(made)
			if b {
				n++
			}
			return false, err
		},
		finish: func() (Value, error) { return Number(float64(n)), nil },
	}
}

func sumItems() accumulator {
	total := 0.0
	return accumulator{
		each: func(_ *frame, _ int, _, made Value) (bool, error) {
			x, ok := made.AsNumber()
			if !ok {
				return false, fmt.Errorf("sum adds numbers, not %s", kindWithArticle(made))
			}
			total += x
			return false, nil
		},
		finish: func() (Value, error) { return finite(total) },
	}
}

func findItem() accumulator {
	found := Undefined
	return accumulator{
		each: func(_ *frame, _ int, item, made Value) (bool, error) {
			b, err := holds(made)
			if b {
				found = item
			}
			return b, err
		},
		finish: func() (Value, error) { return found, nil },
	}
}

func findItemIndex() accumulator {
	found := -1
	return accumulator{
		each: func(_ *frame, i int, _, made Value) (bool, error) {
			b, err := holds(made)
			if b {
				found = i
			}
			return b, err
		},
		finish: func() (Value, error) { return Number(float64(found)), nil },
	}
}

// comparisonsOfItem is how often sorting looks at an item, at most.
const comparisonsOfItem = 20

func sortItems() accumulator {
	type pair struct{ item, key Value }
	var pairs []pair
	return accumulator{
		each: func(f *frame, _ int, item, made Value) (bool, error) {
			if made.kind != KindNumber && made.kind != KindString || len(pairs) > 0 && made.kind != pairs[0].key.kind {
				return false, errors.New("sortBy orders by numbers or by texts")
			}
			pairs = append(pairs, pair{item, made})
			return false, f.spend(comparisonsOfItem/4 + comparisonsOfItem*len(made.str)/bytesOfStep)
		},
		finish: func() (Value, error) {
			slices.SortStableFunc(pairs, func(a, b pair) int {
				return cmp.Or(cmp.Compare(a.key.num, b.key.num), cmp.Compare(a.key.str, b.key.str))
			})
			list := make([]Value, len(pairs))
			for i, p := range pairs {
				list[i] = p.item
			}
			return List(list...), nil
		},
	}
}
