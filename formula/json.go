package formula

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"math"
	"strconv"
	"unicode/utf8"
)

// maxDepth bounds how deep values nest, in JSON as in specs.
const maxDepth = 100

// ParseJSON reads one JSON value, keeping the order of keys. Values nested
// deeper than 100 levels, and text after the value, are errors.
func ParseJSON(data []byte) (Value, error) {
	if !utf8.Valid(data) {
		return Undefined, errors.New("the text is not UTF-8")
	}
	if v, ok := readJSON(data); ok {
		return v, nil
	}
	return decodeJSON(data)
}

// decodeJSON is ParseJSON by the decoder of encoding/json.
func decodeJSON(data []byte) (Value, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	v, err := decode(d, 0)
	if err != nil {
		return Undefined, err
	}
	if _, err := d.Token(); err != io.EOF {
		return Undefined, errors.New("text after the JSON value")
	}
	return v, nil
}

func decode(d *json.Decoder, depth int) (Value, error) {
	if depth > maxDepth {
		return Undefined, fmt.Errorf("nested deeper than %d levels", maxDepth)
	}
	t, err := d.Token()
	if err != nil {
		return Undefined, err
	}
	switch t := t.(type) {
	case nil:
		return Null, nil
	case bool:
		return Bool(t), nil
	case float64:
		return Number(t), nil
	case string:
		return String(t), nil
	case json.Delim:
		if t == '[' {
			return decodeList(d, depth)
		}
		return decodeObject(d, depth)
	}
	return Undefined, fmt.Errorf("unexpected %v", t)
}

func decodeList(d *json.Decoder, depth int) (Value, error) {
	items := []Value{}
	for d.More() {
		v, err := decode(d, depth+1)
		if err != nil {
			return Undefined, err
		}
		items = append(items, v)
	}
	_, err := d.Token()
	return List(items...), err
}

func decodeObject(d *json.Decoder, depth int) (Value, error) {
	b := NewObject(8)
	for d.More() {
		key, err := d.Token()
		if err != nil {
			return Undefined, err
		}
		v, err := decode(d, depth+1)
		if err != nil {
			return Undefined, err
		}
		b.Set(key.(string), v)
	}
	_, err := d.Token()
	return b.Value(), err
}

// UnmarshalJSON reads a JSON value as [ParseJSON] does.
func (v *Value) UnmarshalJSON(data []byte) error {
	w, err := ParseJSON(data)
	if err != nil {
		return err
	}
	*v = w
	return nil
}

// MarshalJSON writes v as JavaScript's JSON.stringify does: keys in their
// order, undefined members left out, undefined items, NaN and infinities as
// null. Bytes become base64.
func (v Value) MarshalJSON() ([]byte, error) { return v.AppendJSON(nil), nil }

// AppendJSON appends v as compact JSON to b and returns the result.
func (v Value) AppendJSON(b []byte) []byte {
	switch v.kind {
	case KindBool:
		return strconv.AppendBool(b, v.num != 0)
	case KindNumber:
		if math.IsNaN(v.num) || math.IsInf(v.num, 0) {
			return append(b, "null"...)
		}
		return appendNumber(b, v.num)
	case KindString:
		return appendQuoted(b, v.str)
	case KindBytes:
		b = append(b, '"')
		b = base64.StdEncoding.AppendEncode(b, []byte(v.str))
		return append(b, '"')
	case KindList:
		b = append(b, '[')
		for i, item := range v.node.items {
			if i > 0 {
				b = append(b, ',')
			}
			b = item.AppendJSON(b)
		}
		return append(b, ']')
	case KindObject:
		return v.appendObject(b)
	default:
		return append(b, "null"...)
	}
}

func (v Value) appendObject(b []byte) []byte {
	b = append(b, '{')
	first := true
	for i, k := range v.node.keys {
		if v.node.items[i].IsUndefined() {
			continue
		}
		if !first {
			b = append(b, ',')
		}
		first = false
		b = appendQuoted(b, k)
		b = append(b, ':')
		b = v.node.items[i].AppendJSON(b)
	}
	return append(b, '}')
}

const hexDigits = "0123456789abcdef"

// appendQuoted appends s as a JSON string with the escapes of JSON.stringify,
// which, unlike encoding/json, leaves <, > and & alone.
func appendQuoted(b []byte, s string) []byte {
	b = append(b, '"')
	start := 0
	for i := 0; i < len(s); i++ {
		c := s[i]
		if c >= ' ' && c != '"' && c != '\\' {
			continue
		}
		b = append(b, s[start:i]...)
		start = i + 1
		switch c {
		case '"', '\\':
			b = append(b, '\\', c)
		case '\n':
			b = append(b, '\\', 'n')
		case '\r':
			b = append(b, '\\', 'r')
		case '\t':
			b = append(b, '\\', 't')
		case '\b':
			b = append(b, '\\', 'b')
		case '\f':
			b = append(b, '\\', 'f')
		default:
			b = append(b, '\\', 'u', '0', '0', hexDigits[c>>4], hexDigits[c&15])
		}
	}
	b = append(b, s[start:]...)
	return append(b, '"')
}

// String returns v as compact JSON, for messages and tests; undefined is
// "undefined".
func (v Value) String() string {
	if v.IsUndefined() {
		return "undefined"
	}
	return string(v.AppendJSON(nil))
}

// ToAny returns v as what encoding/json makes of it: nil, bool, float64,
// string, []any and map[string]any. Undefined members are left out.
func (v Value) ToAny() any {
	switch v.kind {
	case KindBool:
		return v.num != 0
	case KindNumber:
		return v.num
	case KindString:
		return v.str
	case KindBytes:
		return base64.StdEncoding.EncodeToString([]byte(v.str))
	case KindList:
		list := make([]any, len(v.node.items))
		for i, item := range v.node.items {
			list[i] = item.ToAny()
		}
		return list
	case KindObject:
		m := make(map[string]any, len(v.node.keys))
		for i, k := range v.node.keys {
			if item := v.node.items[i]; !item.IsUndefined() {
				m[k] = item.ToAny()
			}
		}
		return m
	default:
		return nil
	}
}
