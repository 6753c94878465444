package spec

import "github.com/connector-spec/connector/formula"

// flow reads a list or object in brackets, also over several lines.
func (r *ordinaryReader) flow() (v formula.Value, ok bool) {
	if r.depth++; r.depth > MaxDepth {
		return v, false
	}
	isObject := r.text[r.at] == '{'
	closes := byte(']')
	if isObject {
		closes = '}'
	}
	keys, items := len(r.keys), len(r.items)
	r.at++
	for {
		switch r.inFlow() {
		case closes:
			r.at++
			if isObject {
				return r.closeObject(keys, items)
			}
			return r.closeList(items), true
		case 0:
			return v, false
		}
		if isObject && !r.flowKey() {
			return v, false
		}
		item, ok := r.flowValue(isObject)
		if !ok {
			return v, false
		}
		r.items = append(r.items, item)
		switch r.inFlow() {
		case ',':
			r.at++
		case closes:
		default:
			return v, false
		}
	}
}

// inFlow moves to the next token and returns its first byte; 0 at the end of
// the file.
func (r *ordinaryReader) inFlow() byte {
	for r.at < len(r.text) {
		switch c := r.text[r.at]; {
		case c == ' ' || c == '\n':
			r.at++
		case c == '#' && r.endsWord(r.at-1):
			r.restOfLine()
		default:
			return c
		}
	}
	return 0
}

// flowKey reads a key and its colon.
func (r *ordinaryReader) flowKey() bool {
	var key string
	var ok bool
	start := r.at
	if c := r.text[r.at]; c == '"' || c == '\'' {
		key, ok = r.quoted()
	} else {
		key, ok = r.flowPlain()
	}
	if !ok || !r.atColon() || r.at-start > maxOrdinaryKey {
		return false
	}
	r.at++
	r.keys = append(r.keys, key)
	return true
}

// flowValue reads a value in brackets; of an object it may be empty.
func (r *ordinaryReader) flowValue(mayBeEmpty bool) (v formula.Value, ok bool) {
	switch c := r.inFlow(); c {
	case '[', '{':
		return r.flow()
	case '"', '\'':
		text, ok := r.quoted()
		return formula.String(text), ok
	case ',', '}':
		return formula.Null, mayBeEmpty
	case 0:
		return v, false
	}
	text, ok := r.flowPlain()
	if !ok {
		return v, false
	}
	return plainValue(text)
}

// flowPlain reads a plain scalar in brackets, up to what ends it in its line.
func (r *ordinaryReader) flowPlain() (text string, ok bool) {
	start := r.at
	if !r.startsPlain() {
		return "", false
	}
	end := start
	for r.at < len(r.text) {
		switch c := r.text[r.at]; c {
		case ',', ']', '}', '\n':
			return r.plainText(start, end)
		case '[', '{', '?':
			return "", false
		case ':':
			if r.atColon() {
				return r.plainText(start, end)
			}
			if r.at+1 < len(r.text) && isFlowIndicator(r.text[r.at+1]) {
				return "", false
			}
			end = r.at + 1
		case '#':
			if r.text[r.at-1] == ' ' {
				return r.plainText(start, end)
			}
			end = r.at + 1
		case ' ':
		default:
			end = r.at + 1
		}
		r.at++
	}
	return "", false
}

func isFlowIndicator(c byte) bool {
	return c == ',' || c == '[' || c == ']' || c == '{' || c == '}'
}
