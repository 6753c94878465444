package jsonata

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"math"
	"strconv"
	"strings"
)

// DecodeJSON reads one JSON value. Objects keep the order of their fields; of
// a key that is given twice the last value counts.
func DecodeJSON(data []byte) (any, error) {
	d := json.NewDecoder(bytes.NewReader(data))
	v, err := decodeValue(d)
	if err != nil {
		return nil, fmt.Errorf("decode JSON: %w", err)
	}
	if _, err := d.Token(); err != io.EOF {
		return nil, fmt.Errorf("decode JSON: data after the value at offset %d", d.InputOffset())
	}
	return v, nil
}

func decodeValue(d *json.Decoder) (any, error) {
	t, err := d.Token()
	if err == io.EOF {
		err = io.ErrUnexpectedEOF
	}
	if err != nil {
		return nil, err
	}
	switch t {
	case json.Delim('['):
		list := []any{}
		for d.More() {
			v, err := decodeValue(d)
			if err != nil {
				return nil, err
			}
			list = append(list, v)
		}
		_, err := d.Token()
		return list, err
	case json.Delim('{'):
		o := &Object{}
		for d.More() {
			key, err := d.Token()
			if err != nil {
				return nil, err
			}
			v, err := decodeValue(d)
			if err != nil {
				return nil, err
			}
			o.Set(key.(string), v)
		}
		_, err := d.Token()
		return o, err
	}
	return t, nil
}

// stringify is how values become strings: as JSON, numbers with 15 digits.
func (ev *evaluator) stringify(v any, pretty bool) (string, error) {
	switch t := v.(type) {
	case string:
		return t, nil
	case *function:
		return "", nil
	case float64:
		if math.IsInf(t, 0) || math.IsNaN(t) {
			return "", failValue("D3001", t)
		}
	}
	if isOuter(v) {
		v = v.(*array).items[0]
	}
	w := jsonWriter{evaluator: ev, pretty: pretty}
	if err := w.value(v); err != nil {
		return "", err
	}
	return string(w.out), w.charge()
}

// A jsonWriter writes values as JavaScript does.
type jsonWriter struct {
	*evaluator
	out    []byte
	paid   int
	pretty bool
	indent int
}

// charge pays for what was written since the last time.
func (w *jsonWriter) charge() error {
	n := len(w.out) - w.paid
	w.paid = len(w.out)
	return w.text(2 * n)
}

func (w *jsonWriter) value(v any) error {
	switch t := v.(type) {
	case bool:
		if t {
			w.out = append(w.out, "true"...)
		} else {
			w.out = append(w.out, "false"...)
		}
	case float64:
		f, ok, err := numeric(t)
		if err != nil {
			return err
		}
		if !ok {
			w.out = append(w.out, "null"...)
		} else {
			w.out = append(w.out, numberText(roundDigits(f))...)
		}
	case string:
		w.quote(t)
	case *function:
		w.out = append(w.out, `""`...)
	case *array, []any:
		return w.list(asArray(t).items)
	case *Object:
		return w.object(t)
	case nil, Undefined:
		w.out = append(w.out, "null"...)
	default:
		w.out = append(w.out, "{}"...)
	}
	return nil
}

// line begins a new line of pretty output.
func (w *jsonWriter) line() {
	if !w.pretty {
		return
	}
	w.out = append(w.out, '\n')
	for range w.indent {
		w.out = append(w.out, "  "...)
	}
}

func (w *jsonWriter) list(items []any) error {
	if err := w.down(); err != nil {
		return err
	}
	defer w.up()
	w.out = append(w.out, '[')
	w.indent++
	for i, item := range items {
		if i > 0 {
			w.out = append(w.out, ',')
		}
		w.line()
		if err := w.value(item); err != nil {
			return err
		}
		if err := w.charge(); err != nil {
			return err
		}
	}
	w.indent--
	if len(items) > 0 {
		w.line()
	}
	w.out = append(w.out, ']')
	return w.step(len(items))
}

func (w *jsonWriter) object(o *Object) error {
	if err := w.down(); err != nil {
		return err
	}
	defer w.up()
	w.out = append(w.out, '{')
	w.indent++
	empty := true
	for key, v := range o.All() {
		if isUndefined(v) {
			continue
		}
		if !empty {
			w.out = append(w.out, ',')
		}
		empty = false
		w.line()
		w.quote(key)
		w.out = append(w.out, ':')
		if w.pretty {
			w.out = append(w.out, ' ')
		}
		if err := w.value(v); err != nil {
			return err
		}
		if err := w.charge(); err != nil {
			return err
		}
	}
	w.indent--
	if !empty {
		w.line()
	}
	w.out = append(w.out, '}')
	return w.step(o.Len())
}

// shortEscapes are the control characters with an escape of one letter.
var shortEscapes = map[byte]byte{
	'"': '"', '\\': '\\', '\b': 'b', '\f': 'f', '\n': 'n', '\r': 'r', '\t': 't',
}

func (w *jsonWriter) quote(s string) {
	w.out = append(w.out, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c >= 0x80 {
			r, size := decode(s[i:])
			if r >= 0xD800 && r <= 0xDFFF {
				w.out = fmt.Appendf(w.out, `\u%04x`, r)
			} else {
				w.out = appendUnit(w.out, r)
			}
			i += size
			continue
		}
		if short, ok := shortEscapes[c]; ok {
			w.out = append(w.out, '\\', short)
		} else if c < 0x20 {
			w.out = fmt.Appendf(w.out, `\u%04x`, c)
		} else {
			w.out = append(w.out, c)
		}
		i++
	}
	w.out = append(w.out, '"')
}

// clone copies a value as if it were written as JSON and read again.
func (ev *evaluator) clone(v any) (any, error) {
	if isOuter(v) {
		v = v.(*array).items[0]
	}
	switch t := v.(type) {
	case float64:
		f, ok, err := numeric(t)
		if !ok {
			return nil, err
		}
		return roundDigits(f), nil
	case *function:
		return "", nil
	case Undefined:
		return nil, nil
	case *array, []any:
		return ev.cloneList(asArray(t).items)
	case *Object:
		return ev.cloneObject(t)
	}
	return v, nil
}

func (ev *evaluator) cloneList(items []any) (any, error) {
	if err := ev.down(); err != nil {
		return nil, err
	}
	defer ev.up()
	out := &array{}
	for _, item := range items {
		v, err := ev.clone(item)
		if err != nil {
			return nil, err
		}
		if err := ev.push(out, v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

func (ev *evaluator) cloneObject(o *Object) (any, error) {
	if err := ev.down(); err != nil {
		return nil, err
	}
	defer ev.up()
	out := ev.object()
	for key, item := range o.All() {
		if isUndefined(item) {
			continue
		}
		v, err := ev.clone(item)
		if err != nil {
			return nil, err
		}
		if err := ev.set(out, key, v); err != nil {
			return nil, err
		}
	}
	return out, nil
}

// scriptText is the string that JavaScript makes of a value where it wants one.
func (ev *evaluator) scriptText(v any) (string, error) {
	switch t := v.(type) {
	case string:
		return t, nil
	case nil:
		return "null", nil
	case Undefined:
		return "undefined", nil
	case bool:
		return strconv.FormatBool(t), nil
	case float64:
		return numberText(t), nil
	case *array, []any:
		return ev.scriptList(asArray(t).items)
	case *Object:
		return "[object Object]", nil
	}
	return "", wrongKind(v)
}

func (ev *evaluator) scriptList(items []any) (string, error) {
	if err := ev.down(); err != nil {
		return "", err
	}
	defer ev.up()
	var b strings.Builder
	for i, item := range items {
		if i > 0 {
			b.WriteByte(',')
		}
		if item == nil || isUndefined(item) {
			continue
		}
		s, err := ev.scriptText(item)
		if err == nil {
			err = ev.text(len(s) + 1)
		}
		if err != nil {
			return "", err
		}
		b.WriteString(s)
	}
	return b.String(), nil
}
