package formula_test

import (
	"fmt"
	"testing"

	"github.com/connector-spec/connector/formula"
)

func TestBatch(t *testing.T) {
	t.Parallel()
	b := formula.NewBatch(1, 4)
	var want []formula.Member
	var keys []string
	var items []formula.Value
	for i := range 50 { // also past where objects get an index
		keys = append(keys, fmt.Sprint("k", i))
		items = append(items, b.List([]formula.Value{formula.Number(float64(i)), formula.Null}))
		want = append(want, formula.Member{Key: keys[i], Value: formula.List(formula.Number(float64(i)), formula.Null)})
		v, ok := b.Object(keys, items)
		if w := formula.Object(want...); !ok || v.String() != w.String() || !v.Get(keys[i/2]).Equal(w.Get(keys[i/2])) {
			t.Fatalf("%v, %v, want %v", v, ok, w)
		}
		if _, ok := b.Object(append(keys[:i:i], "a", "b", "a"), append(items[:i:i], formula.Null, formula.Null, formula.Null)); ok {
			t.Fatalf("a key that is there twice, after %d others", i)
		}
	}
	first, _ := b.Object(keys[:1], items[:1])
	first.With("more", formula.Null)
	if next := b.List(items[:2]); first.String() != `{"k0":[0,null]}` || next.String() != `[[0,null],[1,null]]` {
		t.Errorf("%v, %v", first, next)
	}
}

func TestWithout(t *testing.T) {
	t.Parallel()
	var members []formula.Member
	for i := range 40 {
		members = append(members, formula.Member{Key: fmt.Sprint("k", i), Value: formula.Number(float64(i))})
	}
	for _, size := range []int{1, 2, 3, 40} {
		v := formula.Object(members[:size]...)
		before := v.String()
		for i := range size {
			want := formula.Object(append(append([]formula.Member(nil), members[:i]...), members[i+1:size]...)...)
			if got := v.Without(members[i].Key); got.String() != want.String() || got.Has(members[i].Key) || !got.Equal(want) {
				t.Errorf("%v without %s is %v", v, members[i].Key, got)
			}
		}
		if v.Without("no").String() != before || v.String() != before {
			t.Errorf("%v was changed", v)
		}
	}
}
