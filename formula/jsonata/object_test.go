package jsonata_test

import (
	"encoding/json"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/formula/jsonata"
)

func TestObjectOrder(t *testing.T) {
	t.Parallel()
	var o jsonata.Object
	for i, key := range []string{"b", "10", "a", "9", "01", "-1", "4294967295", "4294967294", "b"} {
		o.Set(key, float64(i))
	}
	want := []string{"9", "10", "4294967294", "b", "a", "01", "-1", "4294967295"}
	if diff := cmp.Diff(want, o.Keys()); diff != "" {
		t.Errorf("keys (-want +got):\n%s", diff)
	}
	if v, ok := o.Get("b"); !ok || v != 8.0 {
		t.Errorf("b is %v, %v, want the value set last", v, ok)
	}
	o.Delete("10")
	o.Delete("a")
	o.Delete("nothing")
	data, err := json.Marshal(&o)
	if err != nil {
		t.Fatal(err)
	}
	if got, want := string(data), `{"9":3,"4294967294":7,"b":8,"01":4,"-1":5,"4294967295":6}`; got != want {
		t.Errorf("got %s, want %s", got, want)
	}
}

func TestObjectWithManyFields(t *testing.T) {
	t.Parallel()
	var o jsonata.Object
	for i := range 100 {
		o.Set("k"+string(rune('a'+i%26))+string(rune('a'+i/26)), i)
	}
	for i := 0; i < 100; i += 2 {
		o.Delete("k" + string(rune('a'+i%26)) + string(rune('a'+i/26)))
	}
	for i := range 100 {
		v, ok := o.Get("k" + string(rune('a'+i%26)) + string(rune('a'+i/26)))
		if ok != (i%2 == 1) || ok && v != i {
			t.Errorf("field %d is %v, %v", i, v, ok)
		}
	}
	if o.Len() != 50 {
		t.Errorf("%d fields, want 50", o.Len())
	}
}

func TestDecodeJSON(t *testing.T) {
	t.Parallel()
	for text, want := range map[string]string{
		`{"b": [1, null, {"x": true}], "a": "<>"}`: `{"b":[1,null,{"x":true}],"a":"<>"}`,
		`{"a": 1, "b": 2, "a": 3}`:                 `{"a":3,"b":2}`,
		` [] `:                                     `[]`,
		`{}`:                                       `{}`,
		`null`:                                     `null`,
	} {
		if got := show(decodeJSON(t, []byte(text))); got != want {
			t.Errorf("%s is read as %s, want %s", text, got, want)
		}
	}
	for _, text := range []string{``, `[`, `[1`, `{"a"`, `{"a":}`, `1 2`, `{"a":1,}`, `nul`, `1e999`} {
		if v, err := jsonata.DecodeJSON([]byte(text)); err == nil {
			t.Errorf("%q is read as %s, want an error", text, show(v))
		}
	}
}
