package formula_test

import (
	"fmt"
	"testing"

	"github.com/connector-spec/connector/formula"
)

// TestBuilders fills builders of every size with as many keys as they have room
// for, fewer and more.
func TestBuilders(t *testing.T) {
	t.Parallel()
	for size := range 14 {
		for keys := range 40 {
			b := formula.NewObject(size)
			for i := range keys {
				b.Set(fmt.Sprint("k", i), formula.Number(float64(i)))
			}
			b.Set("k0", formula.String("again"))
			v := b.Value()
			if v.Len() != max(keys, 1) || v.Get("k0").Text() != "again" {
				t.Fatalf("room for %d, %d keys: %v", size, keys, v)
			}
			for i := 1; i < keys; i++ {
				if n, _ := v.Get(fmt.Sprint("k", i)).AsNumber(); n != float64(i) || v.Keys()[i] != fmt.Sprint("k", i) {
					t.Fatalf("room for %d, %d keys: %v", size, keys, v)
				}
			}
		}
	}
}

// TestWithAll adds members to an object and leaves it as it was.
func TestWithAll(t *testing.T) {
	t.Parallel()
	one := formula.Object(formula.Member{Key: "a", Value: formula.Number(1)})
	more := one.WithAll(formula.Member{Key: "b", Value: formula.Number(2)}, formula.Member{Key: "a", Value: formula.Number(3)}, formula.Member{Key: "c", Value: formula.Null})
	if got := more.String(); got != `{"a":3,"b":2,"c":null}` || one.String() != `{"a":1}` {
		t.Errorf("%s of %s", got, one)
	}
	if got := formula.Undefined.WithAll(formula.Member{Key: "a", Value: formula.Null}).String(); got != `{"a":null}` {
		t.Errorf("of nothing: %s", got)
	}
}
