package spec

import (
	"bytes"
	"encoding/base64"
	"math"
	"strings"
	"unicode"
	"unicode/utf8"

	"github.com/connector-spec/connector/formula"
)

// EncodeYAML writes v as YAML made to be read and compared: one field or item
// a line, in their order, text without quotes where every YAML reader takes it
// for text, and text of several lines as a block. [Parse] reads an equal value
// from it. What JSON has no words for is written as JSON.stringify does:
// undefined fields are left out, undefined items and NaN are null.
func EncodeYAML(v formula.Value) []byte {
	e := &encoder{}
	switch {
	case v.Kind() == formula.KindObject && hasFields(v):
		e.object(v, 0)
	case v.Kind() == formula.KindList && v.Len() > 0:
		e.list(v, 0)
	default:
		e.scalar(v, 0)
	}
	return e.out
}

// An encoder writes YAML. Indentations are columns of the block that something
// stands in; what stands below that block is 2 deeper.
type encoder struct{ out []byte }

const indentStep = 2

func hasFields(v formula.Value) bool {
	for i := range v.Len() {
		if _, field := v.At(i); !field.IsUndefined() {
			return true
		}
	}
	return false
}

// object writes the fields of v. The first starts where the line stands.
func (e *encoder) object(v formula.Value, indent int) {
	first := true
	for i := range v.Len() {
		key, field := v.At(i)
		if field.IsUndefined() {
			continue
		}
		if !first {
			e.indent(indent)
		}
		first = false
		e.key(key, indent)
		e.below(field, indent)
	}
}

// maxPlainKey is the longest key that stands before its colon without more
// ado: YAML looks at most 1,024 characters ahead.
const maxPlainKey = 500

func (e *encoder) key(key string, indent int) {
	if len(key) > maxPlainKey {
		e.text("? " + quoteYAML(key) + "\n")
		e.indent(indent)
	} else if isPlainYAML(key) {
		e.text(key)
	} else {
		e.text(quoteYAML(key))
	}
	e.text(":")
}

// below writes the value of a field after its colon.
func (e *encoder) below(v formula.Value, indent int) {
	deeper := indent + indentStep
	switch {
	case v.Kind() == formula.KindObject && hasFields(v):
		e.text("\n")
		e.indent(deeper)
		e.object(v, deeper)
	case v.Kind() == formula.KindList && v.Len() > 0:
		e.text("\n")
		e.indent(deeper)
		e.list(v, deeper)
	default:
		e.text(" ")
		e.scalar(v, indent)
	}
}

// list writes the items of v. The first starts where the line stands.
func (e *encoder) list(v formula.Value, indent int) {
	for i := range v.Len() {
		_, item := v.At(i)
		if i > 0 {
			e.indent(indent)
		}
		e.text("- ")
		switch {
		case item.Kind() == formula.KindObject && hasFields(item):
			e.object(item, indent+indentStep)
		case item.Kind() == formula.KindList && item.Len() > 0:
			e.list(item, indent+indentStep)
		default:
			e.scalar(item, indent)
		}
	}
}

func (e *encoder) text(s string) { e.out = append(e.out, s...) }

func (e *encoder) indent(columns int) {
	for range columns {
		e.out = append(e.out, ' ')
	}
}

// scalar writes a value of one line, or a block, and ends the line.
func (e *encoder) scalar(v formula.Value, indent int) {
	switch v.Kind() {
	case formula.KindString:
		e.string(v.Text(), indent)
	case formula.KindBytes:
		b, _ := v.AsBytes()
		e.string(base64.StdEncoding.EncodeToString(b), indent)
	case formula.KindNumber:
		if f, _ := v.AsNumber(); math.IsNaN(f) || math.IsInf(f, 0) {
			e.text("null\n")
		} else {
			e.text(formula.FormatNumber(f) + "\n")
		}
	case formula.KindBool:
		if b, _ := v.AsBool(); b {
			e.text("true\n")
		} else {
			e.text("false\n")
		}
	case formula.KindList:
		e.text("[]\n")
	case formula.KindObject:
		e.text("{}\n")
	default:
		e.text("null\n")
	}
}

func (e *encoder) string(s string, indent int) {
	switch {
	case isPlainYAML(s):
		e.text(s + "\n")
	case isBlockYAML(s):
		e.block(s, indent+indentStep)
	default:
		e.text(quoteYAML(s) + "\n")
	}
}

// block writes s as a literal block.
func (e *encoder) block(s string, indent int) {
	e.text("|")
	if s[0] == ' ' || s[0] == '\t' || s[0] == '\n' {
		e.text("2") // the indentation cannot be seen
	}
	body := strings.TrimRight(s, "\n")
	switch len(s) - len(body) {
	case 0:
		e.text("-")
	case 1:
		body = s
	default:
		e.text("+")
		body = s
	}
	e.text("\n")
	for line := range strings.Lines(body) {
		if line != "\n" {
			e.indent(indent)
		}
		e.text(line)
	}
	if !strings.HasSuffix(body, "\n") {
		e.text("\n")
	}
}

// isBlockYAML tells whether s has several lines and reads well as a block.
func isBlockYAML(s string) bool {
	if !strings.Contains(s, "\n") || strings.Trim(s, "\n") == "" {
		return false
	}
	return strings.IndexFunc(s, func(c rune) bool { return c != '\n' && c != '\t' && !isShown(c) }) < 0 && utf8.ValidString(s)
}

// isShown tells whether c stands for itself in YAML, without an escape.
func isShown(c rune) bool {
	return unicode.IsPrint(c) && c < 0xfffe || c == '\u200d' || c > 0xffff && unicode.IsPrint(c)
}

// isPlainYAML tells whether every YAML reader takes s for the text s, without
// quotes.
func isPlainYAML(s string) bool {
	if s == "" || s[len(s)-1] == ' ' || s[len(s)-1] == ':' || isYAMLWord(s) {
		return false
	}
	first, _ := utf8.DecodeRuneInString(s)
	if !unicode.IsLetter(first) && strings.IndexByte("/_$(", s[0]) < 0 {
		return false
	}
	if strings.Contains(s, ": ") || strings.Contains(s, " #") || openInterpolation([]byte(s)) >= 0 {
		return false
	}
	return utf8.ValidString(s) && strings.IndexFunc(s, func(c rune) bool { return !isShown(c) }) < 0
}

// isYAMLWord tells whether some version of YAML takes the word s for something
// else than text.
func isYAMLWord(s string) bool {
	if len(s) > len("false") {
		return false
	}
	switch strings.ToLower(s) {
	case "y", "n", "yes", "no", "on", "off", "true", "false", "null":
		return true
	}
	return false
}

// quoteYAML writes s in quotes, in one line: double quotes, or single ones if
// that saves escapes.
func quoteYAML(s string) string {
	s = strings.ToValidUTF8(s, "\ufffd")
	if strings.IndexFunc(s, func(c rune) bool { return !isShown(c) }) < 0 && strings.ContainsAny(s, `"\`) {
		return "'" + strings.ReplaceAll(s, "'", "''") + "'"
	}
	var b bytes.Buffer
	b.WriteByte('"')
	for _, c := range s {
		switch {
		case c == '"' || c == '\\':
			b.WriteByte('\\')
			b.WriteRune(c)
		case c == '\n':
			b.WriteString(`\n`)
		case c == '\t':
			b.WriteString(`\t`)
		case c == '\r':
			b.WriteString(`\r`)
		case isShown(c):
			b.WriteRune(c)
		default:
			b.WriteString(escapeRune(c))
		}
	}
	b.WriteByte('"')
	return b.String()
}
