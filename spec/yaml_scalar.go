package spec

import (
	"fmt"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connector-spec/connector/formula"
)

// readScalar returns the value of a scalar as YAML 1.2 and JSON agree on it.
func (r *reader) readScalar(n *yaml.Node) formula.Value {
	if n.Style != 0 { // in quotes, a block, or with a tag
		return formula.String(n.Value)
	}
	if mayInterpolate(n.Value) {
		r.checkCut(n)
	}
	switch n.Tag {
	case "!!int", "!!float":
		return r.readNumber(n)
	case "!!bool":
		return formula.Bool(n.Value[0] == 't' || n.Value[0] == 'T')
	case "!!null":
		return formula.Null
	default: // text, dates and what has a wrong tag
		return formula.String(r.scalarText(n))
	}
}

// readNumber returns the number that a plain scalar is, if everybody reads it
// as the same one.
func (r *reader) readNumber(n *yaml.Node) formula.Value {
	text := n.Value
	if isJSONNumber(text) {
		f, err := strconv.ParseFloat(text, 64)
		if err == nil && (f < 1<<53 && f > -1<<53 || sameNumber(text, f)) {
			return formula.Number(f)
		}
	}
	r.problem("ambiguous-number", n, fmt.Sprintf("%q %s", text, numberTrap(text)),
		"put it in quotes if it is text, or write the number in plain decimal digits")
	return formula.String(text)
}

// sameNumber tells whether the digits of a number are the value f exactly.
func sameNumber(text string, f float64) bool {
	if strings.ContainsAny(text, ".eE") {
		return true // never exact, and nobody expects it
	}
	return strconv.FormatFloat(f, 'f', -1, 64) == text || strconv.FormatFloat(f, 'f', 0, 64) == text
}

// numberTrap says why a number is none that everybody reads alike.
func numberTrap(text string) string {
	digits := strings.TrimLeft(text, "+-")
	lower := strings.ToLower(digits)
	switch {
	case strings.HasPrefix(lower, "0x"):
		return "is read as a hexadecimal number"
	case strings.HasPrefix(lower, "0b"):
		return "is read as a binary number"
	case strings.Contains(digits, "_"):
		return "is read as a number without its underscores"
	case strings.HasPrefix(lower, "0o"), len(digits) > 1 && digits[0] == '0' && isDigits(digits) && !strings.ContainsAny(digits, "89"):
		return "is read as an octal number"
	case lower == ".inf", lower == ".nan":
		return "is a number that JSON does not have"
	case isDigits(digits) && len(digits) > 15 && digits[0] != '0' && text[0] != '+':
		return "has more digits than a number can keep"
	case len(digits) > 1 && digits[0] == '0':
		return "is read as a number without its leading zero"
	case text[0] == '+':
		return "is read as a number without its plus sign"
	default:
		return "is not written as JSON writes numbers"
	}
}

func isDigits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

// isJSONNumber tells whether s is a number in JSON's notation.
func isJSONNumber(s string) bool {
	s = strings.TrimPrefix(s, "-")
	digits := func() int {
		n := 0
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		s = s[n:]
		return n
	}
	leadingZero := strings.HasPrefix(s, "0")
	if n := digits(); n == 0 || leadingZero && n > 1 {
		return false
	}
	if rest, ok := strings.CutPrefix(s, "."); ok {
		if s = rest; digits() == 0 {
			return false
		}
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		if s = s[1:]; s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		if digits() == 0 {
			return false
		}
	}
	return s == ""
}

// checkTag reports a tag. "!!str" on a scalar is harmless: it says no more
// than quotes do.
func (r *reader) checkTag(n *yaml.Node) {
	if n.Style&yaml.TaggedStyle == 0 && startsWithKey(n) {
		return // what stands there is the tag of the key
	}
	at := r.offsetOf(place{n.Line, n.Column})
	if at < len(r.text) && r.text[at] == '&' {
		at = skipIgnored(r.text, propertyEnd(r.text, at))
	}
	if at >= len(r.text) || r.text[at] != '!' {
		return
	}
	end := propertyEnd(r.text, at)
	tag := string(r.text[at:end])
	if tag == "!!str" && n.Kind == yaml.ScalarNode {
		return
	}
	if !r.skips() {
		r.report("yaml-tag", span{at, end}, tagMessage(tag), tagHint).Pointer = r.pointer()
	}
}
