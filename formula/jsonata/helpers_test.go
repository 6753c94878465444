package jsonata_test

import (
	"encoding/json"
	"fmt"
	"math"
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
	switch t := v.(type) {
	case jsonata.Undefined:
		return "undefined"
	case float64:
		if math.IsNaN(t) || math.IsInf(t, 0) {
			return fmt.Sprint(t)
		}
	}
	data, err := json.Marshal(v)
	if err != nil {
		return fmt.Sprintf("%v (%v)", v, err)
	}
	return string(data)
}
