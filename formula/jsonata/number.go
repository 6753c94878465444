package jsonata

import (
	"math"
	"math/big"
	"strconv"
	"strings"
)

func itoa(n int) string { return strconv.Itoa(n) }

// numberText writes a number as JavaScript does.
func numberText(f float64) string {
	switch {
	case math.IsNaN(f):
		return "NaN"
	case math.IsInf(f, 1):
		return "Infinity"
	case math.IsInf(f, -1):
		return "-Infinity"
	case f == 0:
		return "0"
	}
	if abs := math.Abs(f); abs >= 1e-6 && abs < 1e21 {
		return strconv.FormatFloat(f, 'f', -1, 64)
	}
	s := strconv.FormatFloat(f, 'e', -1, 64)
	mantissa, exponent, _ := strings.Cut(s, "e")
	digits := strings.TrimLeft(exponent[1:], "0")
	return mantissa + "e" + exponent[:1] + digits
}

// roundDigits rounds f to 15 significant digits, as numbers are printed.
func roundDigits(f float64) float64 {
	if math.IsNaN(f) || math.IsInf(f, 0) || f == math.Trunc(f) && math.Abs(f) < 1e15 {
		return f
	}
	s := roundText(f, 'e', 14)
	r, err := strconv.ParseFloat(s, 64)
	if err != nil {
		return f
	}
	return r
}

// fixed writes f with a fixed number of decimals, halves away from zero.
func fixed(f float64, decimals int) string {
	if math.Abs(f) >= 1e21 || math.IsNaN(f) {
		return numberText(f)
	}
	return roundText(f, 'f', decimals)
}

// roundText formats f like strconv, but rounds an exact half away from zero,
// where strconv goes to the even digit.
func roundText(f float64, format byte, digits int) string {
	s := strconv.FormatFloat(f, format, digits, 64)
	long := strconv.FormatFloat(f, format, digits+60, 64)
	mantissa, _, _ := strings.Cut(long, "e")
	tail := mantissa[len(mantissa)-60:]
	if tail[0] != '5' || strings.Trim(tail[1:], "0") != "" {
		return s
	}
	return strconv.FormatFloat(math.Nextafter(f, math.Inf(sign(f))), format, digits, 64)
}

func sign(f float64) int {
	if f < 0 {
		return -1
	}
	return 1
}

// roundHalfEven rounds to a number of decimals, halves to the even digit. The
// decimal point is moved in the written number, so that no digit is lost.
func roundHalfEven(f, decimals float64) float64 {
	shifted := f
	if decimals != 0 {
		shifted = movePoint(f, decimals)
	}
	r := math.Floor(shifted)
	if shifted-r >= 0.5 {
		r++
	}
	if math.Abs(r-shifted) == 0.5 && math.Abs(math.Mod(r, 2)) == 1 {
		r--
	}
	if decimals != 0 {
		r = movePoint(r, -decimals)
	}
	if r == 0 {
		return 0
	}
	return r
}

// movePoint multiplies by a power of ten without rounding in between.
func movePoint(f, places float64) float64 {
	mantissa, exponent, ok := strings.Cut(numberText(f), "e")
	if ok {
		e, err := strconv.Atoi(exponent)
		if err != nil {
			return math.NaN()
		}
		places += float64(e)
	}
	if places != math.Trunc(places) {
		return math.NaN()
	}
	places = max(-10_000, min(10_000, places))
	r, err := strconv.ParseFloat(mantissa+"e"+itoa(int(places)), 64)
	if err != nil && !math.IsInf(r, 0) {
		return math.NaN()
	}
	return r
}

// leadingInt reads an integer from the start of s, as JavaScript's parseInt
// does; without digits the result is not a number.
func leadingInt(s string) float64 {
	s = strings.TrimLeft(s, " \t\n\r\v\f\u00a0\ufeff\u2028\u2029")
	end := 0
	if end < len(s) && (s[end] == '+' || s[end] == '-') {
		end++
	}
	start := end
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	if end == start {
		return math.NaN()
	}
	f, _ := strconv.ParseFloat(s[:end], 64) // out of range gives an infinity, as it should
	return f
}

// power raises x to y. For whole exponents it multiplies with twice the usual
// precision, so that the result is the nearest number.
func power(x, y float64) float64 {
	if y != math.Trunc(y) || math.Abs(y) > 1024 || y == 0 || x == 0 || math.IsNaN(x) || math.IsInf(x, 0) {
		if math.Abs(x) == 1 && math.IsInf(y, 0) {
			return math.NaN()
		}
		return math.Pow(x, y)
	}
	fraction, exponent := math.Frexp(x)
	hi, lo, scale := 1.0, 0.0, 0
	bhi, blo, bscale := fraction, 0.0, exponent
	for n := int(math.Abs(y)); n > 0; n >>= 1 {
		if n&1 == 1 {
			hi, lo = mul2(hi, lo, bhi, blo)
			hi, lo, scale = normal2(hi, lo, scale+bscale)
		}
		bhi, blo = mul2(bhi, blo, bhi, blo)
		bhi, blo, bscale = normal2(bhi, blo, 2*bscale)
	}
	if y < 0 {
		q := 1 / hi
		rest := math.FMA(-q, hi, 1) - q*lo
		return math.Ldexp(q+rest/hi, -scale)
	}
	return math.Ldexp(hi+lo, scale)
}

// mul2 multiplies two numbers that are given as sums of a large and a small part.
func mul2(ahi, alo, bhi, blo float64) (hi, lo float64) {
	p := ahi * bhi
	e := math.FMA(ahi, bhi, -p) + (ahi*blo + alo*bhi)
	hi = p + e
	return hi, e - (hi - p)
}

// normal2 keeps the large part between a half and one.
func normal2(hi, lo float64, scale int) (float64, float64, int) {
	f, e := math.Frexp(hi)
	return f, math.Ldexp(lo, -e), scale + e
}

// inBase writes a whole number in another base.
func inBase(f float64, base int) string {
	if math.IsNaN(f) || math.IsInf(f, 0) {
		return numberText(f)
	}
	whole, _ := big.NewFloat(f).Int(nil)
	return whole.Text(base)
}
