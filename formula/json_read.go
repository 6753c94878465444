package formula

import (
	"bytes"
	"encoding/json"
	"slices"
	"strconv"
)

// readJSON reads one JSON value, which is UTF-8, quickly; false if that is for
// the decoder of encoding/json to do, which also knows what to say.
func readJSON(data []byte) (Value, bool) {
	r := jsonReader{data: data, share: len(data) <= maxShared}
	if r.share {
		r.text = string(data)
	}
	v, ok := r.value(0)
	r.space()
	return v, ok && r.at == len(data)
}

// maxShared is the longest text whose strings are parts of it: each keeps the
// whole in memory.
const maxShared = 64 << 10

type jsonReader struct {
	data  []byte
	text  string // of data, if it is shared
	share bool
	at    int
}

func (r *jsonReader) space() {
	for r.at < len(r.data) {
		switch r.data[r.at] {
		case ' ', '\n', '\t', '\r':
			r.at++
		default:
			return
		}
	}
}

// next steps over white space and gives what stands there; 0 at the end.
func (r *jsonReader) next() byte {
	r.space()
	if r.at == len(r.data) {
		return 0
	}
	return r.data[r.at]
}

func (r *jsonReader) value(depth int) (Value, bool) {
	if depth > maxDepth {
		return Undefined, false
	}
	switch c := r.next(); c {
	case '{':
		return r.object(depth)
	case '[':
		return r.list(depth)
	case '"':
		s, ok := r.string()
		return String(s), ok
	case 't':
		return Bool(true), r.word("true")
	case 'f':
		return Bool(false), r.word("false")
	case 'n':
		return Null, r.word("null")
	default:
		return r.number()
	}
}

func (r *jsonReader) word(w string) bool {
	if !bytes.HasPrefix(r.data[r.at:], []byte(w)) {
		return false
	}
	r.at += len(w)
	return true
}

func (r *jsonReader) list(depth int) (Value, bool) {
	var few [4]Value // on the stack, so that the list is as large as it needs to be
	items := few[:0]
	r.at++
	if r.next() == ']' {
		r.at++
		return List([]Value{}...), true
	}
	for {
		v, ok := r.value(depth + 1)
		if !ok {
			return Undefined, false
		}
		items = append(items, v)
		switch r.next() {
		case ',':
			r.at++
		case ']':
			r.at++
			return List(slices.Clone(items)...), true
		default:
			return Undefined, false
		}
	}
}

func (r *jsonReader) object(depth int) (Value, bool) {
	var few [8]Member // on the stack, so that the object is as large as it needs to be
	members := few[:0]
	r.at++
	if r.next() == '}' {
		r.at++
		return Object(members...), true
	}
	for {
		if r.next() != '"' {
			return Undefined, false
		}
		key, ok := r.string()
		if !ok || r.next() != ':' {
			return Undefined, false
		}
		r.at++
		v, ok := r.value(depth + 1)
		if !ok {
			return Undefined, false
		}
		members = append(members, Member{key, v})
		switch r.next() {
		case ',':
			r.at++
		case '}':
			r.at++
			return Object(members...), true
		default:
			return Undefined, false
		}
	}
}

// string reads the string that begins here.
func (r *jsonReader) string() (string, bool) {
	start := r.at + 1
	for i := start; i < len(r.data); i++ {
		switch c := r.data[i]; {
		case c == '"':
			r.at = i + 1
			return r.part(start, i), true
		case c == '\\':
			return r.escaped(start - 1)
		case c < ' ':
			return "", false
		}
	}
	return "", false
}

// escaped reads a string with escapes.
func (r *jsonReader) escaped(start int) (s string, ok bool) {
	for i := start + 1; i < len(r.data); i++ {
		switch r.data[i] {
		case '\\':
			i++
		case '"':
			r.at = i + 1
			return s, json.Unmarshal(r.data[start:r.at], &s) == nil
		}
	}
	return "", false
}

func (r *jsonReader) part(from, to int) string {
	if r.share {
		return r.text[from:to]
	}
	return string(r.data[from:to])
}

// number reads the number that begins here (RFC 8259 6).
func (r *jsonReader) number() (Value, bool) {
	start := r.at
	if r.at < len(r.data) && r.data[r.at] == '-' {
		r.at++
	}
	if r.at < len(r.data) && r.data[r.at] == '0' {
		r.at++
	} else if !r.digits() {
		return Undefined, false
	}
	if r.at < len(r.data) && r.data[r.at] == '.' {
		r.at++
		if !r.digits() {
			return Undefined, false
		}
	}
	if r.at < len(r.data) && r.data[r.at]|0x20 == 'e' {
		r.at++
		if r.at < len(r.data) && (r.data[r.at] == '+' || r.data[r.at] == '-') {
			r.at++
		}
		if !r.digits() {
			return Undefined, false
		}
	}
	f, err := strconv.ParseFloat(r.part(start, r.at), 64)
	return Number(f), err == nil
}

func (r *jsonReader) digits() bool {
	start := r.at
	for r.at < len(r.data) && r.data[r.at] >= '0' && r.data[r.at] <= '9' {
		r.at++
	}
	return r.at > start
}
