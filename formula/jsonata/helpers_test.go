package jsonata_test

import (
	"encoding/json"
	"fmt"
	"math"
	"strings"
	"testing"

	"github.com/connector-spec/connector/formula/jsonata"
)

func decodeJSON(t testing.TB, data []byte) any {
	t.Helper()
	v, err := jsonata.DecodeJSON(data)
	if err != nil {
		t.Fatal(err)
	}
	return v
}

// plain turns objects into maps, so that the order of fields does not count.
func plain(v any) any {
	switch t := v.(type) {
	case *jsonata.Object:
		m := map[string]any{}
		for key, value := range t.All() {
			m[key] = plain(value)
		}
		return m
	case []any:
		list := make([]any, len(t))
		for i, item := range t {
			list[i] = plain(item)
		}
		return list
	}
	return v
}

// show writes a result for comparison, the order of fields included.
func show(v any) string {
	if _, ok := v.(jsonata.Undefined); ok {
		return "undefined"
	}
	var b strings.Builder
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	if err := e.Encode(finite(v)); err != nil {
		return fmt.Sprintf("%v (%v)", v, err)
	}
	return strings.TrimSpace(b.String())
}

// finite replaces numbers that JSON does not have by their names.
func finite(v any) any {
	switch t := v.(type) {
	case float64:
		if math.IsNaN(t) || math.IsInf(t, 0) {
			return fmt.Sprint(t)
		}
	case []any:
		list := make([]any, len(t))
		for i, item := range t {
			list[i] = finite(item)
		}
		return list
	case *jsonata.Object:
		o := &jsonata.Object{}
		for key, value := range t.All() {
			o.Set(key, finite(value))
		}
		return o
	}
	return v
}
