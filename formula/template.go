package formula

import (
	"errors"
	"fmt"
	"strings"
)

// A piece is a part of a text: literal, or an expression.
type piece struct {
	literal string
	source  string // of the expression
	offset  int    // in the text: of the literal or of the expression's source
	isExpr  bool
}

// text compiles a string: literal text, or text with ${expressions}.
func (c *compiler) text(v Value) compiled {
	s := v.str
	if c.verbatim || c.options.Dialect == DialectMembrane || !strings.Contains(s, "${") {
		return constant(v)
	}
	pieces, open := splitTemplate(s)
	if open >= 0 {
		message := `"${" has no closing "}"`
		c.problems = append(c.problems, Problem{
			Code: "open-interpolation", Pointer: c.pointer(), Offset: open, Length: 2,
			Message: message, Hint: `close it, and any quote within; write $${ for a literal "${"`,
		})
		return c.fails(message)
	}
	if len(pieces) == 1 && pieces[0].isExpr {
		return c.expression(pieces[0].source, pieces[0].offset, len(pieces[0].source))
	}
	if len(pieces) == 1 {
		return compiled{value: String(pieces[0].literal), folded: true}
	}
	return c.template(pieces)
}

// template joins literals and expressions to a text.
func (c *compiler) template(pieces []piece) compiled {
	ops := make([]operation, len(pieces)) // nil for a literal
	for i, p := range pieces {
		if p.isExpr {
			ops[i] = c.operation(p.source, p.offset)
		}
	}
	pointer := c.pointer()
	return compiled{eval: func(f *frame) (Value, error) {
		var buf [128]byte
		b := buf[:0]
		for i, op := range ops {
			if op == nil {
				b = append(b, pieces[i].literal...)
				continue
			}
			v, err := op(f)
			if err == nil && len(b)+len(v.str) > maxOutput {
				err = errOutput
			}
			if err == nil {
				b, err = appendInText(b, v)
			}
			if err != nil {
				return Undefined, &Error{Pointer: pointer, Offset: pieces[i].offset, Length: len(pieces[i].source), Err: err}
			}
		}
		if err := f.build(len(b)); err != nil {
			return Undefined, &Error{Pointer: pointer, Offset: -1, Err: err}
		}
		return String(string(b)), nil
	}}
}

// appendInText appends a value that stands in a text: text, a number or a
// boolean.
func appendInText(b []byte, v Value) ([]byte, error) {
	switch v.kind {
	case KindString, KindNumber, KindBool:
		return v.appendScalar(b), nil
	case KindBytes:
		return b, errBytesInText
	default:
		return b, fmt.Errorf("an %s cannot stand in a text; join() makes text of a list, jsonEncode() of anything", v.kind)
	}
}

var errBytesInText = errors.New("bytes cannot stand in a text; hex() or base64() makes text of them")

// splitTemplate splits a text at its ${expressions}; open is the offset of an
// interpolation without an end, or -1.
func splitTemplate(s string) (pieces []piece, open int) {
	var literal strings.Builder
	start := 0 // of the literal
	flush := func(next int) {
		if literal.Len() > 0 {
			pieces = append(pieces, piece{literal: literal.String(), offset: start})
			literal.Reset()
		}
		start = next
	}
	for i := 0; i < len(s); {
		switch {
		case strings.HasPrefix(s[i:], "$${"):
			literal.WriteString("${")
			i += 3
		case strings.HasPrefix(s[i:], "${"):
			end := interpolationEnd(s, i+2)
			if end < 0 {
				return nil, i
			}
			flush(end + 1)
			pieces = append(pieces, piece{source: s[i+2 : end], offset: i + 2, isExpr: true})
			i = end + 1
		default:
			literal.WriteByte(s[i])
			i++
		}
	}
	flush(len(s))
	return pieces, -1
}

// interpolationEnd returns the offset of the "}" that ends the expression from
// start; braces may nest, and those in quotes do not count. -1 if there is none.
func interpolationEnd(s string, start int) int {
	depth := 0
	for i := start; i < len(s); i++ {
		switch s[i] {
		case '{':
			depth++
		case '}':
			if depth == 0 {
				return i
			}
			depth--
		case '"', '\'', '`':
			i = quoteEnd(s, i)
			if i < 0 {
				return -1
			}
		}
	}
	return -1
}

// quoteEnd returns the offset of the quote that ends the one at start, -1 if
// there is none.
func quoteEnd(s string, start int) int {
	for i := start + 1; i < len(s); i++ {
		switch {
		case s[i] == s[start]:
			return i
		case s[i] == '\\' && s[start] != '`':
			i++
		}
	}
	return -1
}
