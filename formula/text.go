package formula

import (
	"math"
	"strconv"
	"strings"
)

// appendNumber appends f as JavaScript prints numbers (ECMA-262, Number::toString).
func appendNumber(b []byte, f float64) []byte {
	switch {
	case math.IsNaN(f):
		return append(b, "NaN"...)
	case math.IsInf(f, 1):
		return append(b, "Infinity"...)
	case math.IsInf(f, -1):
		return append(b, "-Infinity"...)
	case f == 0:
		return append(b, '0')
	}
	if abs := math.Abs(f); abs >= 1e21 || abs < 1e-6 {
		return appendExponent(b, f)
	}
	return strconv.AppendFloat(b, f, 'f', -1, 64)
}

// appendExponent appends f in scientific form; Go pads the exponent to two
// digits, JavaScript does not.
func appendExponent(b []byte, f float64) []byte {
	s := strconv.FormatFloat(f, 'e', -1, 64)
	mantissa, exponent, _ := strings.Cut(s, "e")
	b = append(b, mantissa...)
	b = append(b, 'e', exponent[0])
	return append(b, strings.TrimLeft(exponent[1:], "0")...)
}

// FormatNumber returns f as JavaScript prints it: 1e+21, 0.1, NaN, -0 as 0.
func FormatNumber(f float64) string { return string(appendNumber(nil, f)) }

// appendText appends v as JavaScript's String(v) gives it: lists joined by
// commas with missing items empty, objects as [object Object].
func (v Value) appendText(b []byte) []byte {
	if v.kind != KindList {
		return v.appendScalar(b)
	}
	for i, item := range v.node.items {
		if i > 0 {
			b = append(b, ',')
		}
		if !item.IsMissing() {
			b = item.appendText(b)
		}
	}
	return b
}

// appendScalar does so for anything but a list.
func (v Value) appendScalar(b []byte) []byte {
	switch v.kind {
	case KindUndefined:
		return append(b, "undefined"...)
	case KindNull:
		return append(b, "null"...)
	case KindBool:
		return strconv.AppendBool(b, v.num != 0)
	case KindNumber:
		return appendNumber(b, v.num)
	case KindString, KindBytes:
		return append(b, v.str...)
	default:
		return append(b, "[object Object]"...)
	}
}

// jsString returns what JavaScript's String(v) gives.
func (v Value) jsString() string {
	if v.kind == KindString {
		return v.str
	}
	return string(v.appendText(nil))
}

// truthy tells whether JavaScript takes v for true.
func (v Value) truthy() bool {
	switch v.kind {
	case KindUndefined, KindNull:
		return false
	case KindBool:
		return v.num != 0
	case KindNumber:
		return v.num != 0 && !math.IsNaN(v.num)
	case KindString:
		return v.str != ""
	default:
		return true
	}
}

// Truthy tells whether JavaScript takes v for true: everything but undefined,
// null, false, 0, NaN and the empty text.
func (v Value) Truthy() bool { return v.truthy() }
