package jsonata

import (
	"math"
	"strconv"
)

// mapNumber applies a calculation to a number argument.
func mapNumber(args []any, calculate func(float64) float64) (any, error) {
	f, ok, err := numberArg(args, 0)
	if !ok {
		return Undefined{}, err
	}
	return calculate(f), nil
}

func fnAbs(_ *call, args []any) (any, error) { return mapNumber(args, math.Abs) }

func fnFloor(_ *call, args []any) (any, error) { return mapNumber(args, math.Floor) }

func fnCeil(_ *call, args []any) (any, error) { return mapNumber(args, math.Ceil) }

func fnRound(_ *call, args []any) (any, error) {
	decimals, _, err := numberArg(args, 1)
	if err != nil {
		return nil, err
	}
	if math.IsNaN(decimals) {
		decimals = 0
	}
	return mapNumber(args, func(f float64) float64 { return roundHalfEven(f, decimals) })
}

func fnSqrt(_ *call, args []any) (any, error) {
	f, ok, err := numberArg(args, 0)
	if !ok {
		return Undefined{}, err
	}
	if f < 0 {
		return nil, failValue("D3060", f)
	}
	return math.Sqrt(f), nil
}

func fnPower(_ *call, args []any) (any, error) {
	f, ok, err := numberArg(args, 0)
	if !ok {
		return Undefined{}, err
	}
	exponent, ok, err := numberArg(args, 1)
	if err != nil {
		return nil, err
	}
	if !ok {
		exponent = math.NaN()
	}
	r := power(f, exponent)
	if math.IsInf(r, 0) || math.IsNaN(r) {
		return nil, failValue("D3061", f)
	}
	return r, nil
}

func fnRandom(c *call, _ []any) (any, error) { return c.rand(), nil }

func fnNumber(c *call, args []any) (any, error) {
	v := argument(args, 0)
	switch t := v.(type) {
	case Undefined, float64:
		return t, nil
	case bool:
		if t {
			return 1.0, nil
		}
		return 0.0, nil
	case string:
		if err := c.step(len(t) / 16); err != nil {
			return nil, err
		}
		if isDecimal(t) {
			if f, err := strconv.ParseFloat(t, 64); err == nil {
				return f, nil
			}
		}
	}
	return nil, failArg("D3030", v, 1)
}

// isDecimal reports whether s is a number as JSON writes it, save that zeros
// may stand in front.
func isDecimal(s string) bool {
	digits := func() bool {
		n := 0
		for n < len(s) && s[n] >= '0' && s[n] <= '9' {
			n++
		}
		s = s[n:]
		return n > 0
	}
	if s != "" && s[0] == '-' {
		s = s[1:]
	}
	if !digits() {
		return false
	}
	if s != "" && s[0] == '.' {
		s = s[1:]
		if !digits() {
			return false
		}
	}
	if s != "" && (s[0] == 'e' || s[0] == 'E') {
		s = s[1:]
		if s != "" && (s[0] == '+' || s[0] == '-') {
			s = s[1:]
		}
		if !digits() {
			return false
		}
	}
	return s == ""
}

func fnFormatBase(_ *call, args []any) (any, error) {
	f, ok, err := numberArg(args, 0)
	if !ok {
		return Undefined{}, err
	}
	base, ok, err := numberArg(args, 1)
	if err != nil {
		return nil, err
	}
	if !ok {
		base = 10
	}
	f, base = roundHalfEven(f, 0), roundHalfEven(base, 0)
	if !(base >= 2 && base <= 36) {
		return nil, failValue("D3100", base)
	}
	if base == 10 {
		return numberText(f), nil
	}
	return inBase(f, int(base)), nil
}

// fold goes over an array of numbers.
func fold(c *call, args []any, start float64, step func(total, f float64) float64) (total float64, n int, err error) {
	list, err := listArg(args, 0)
	if list == nil {
		return 0, -1, err
	}
	total = start
	for _, item := range list.items {
		f, ok := item.(float64)
		if !ok {
			return 0, 0, wrongKind(item)
		}
		total = step(total, f)
	}
	return total, len(list.items), c.step(len(list.items) / 4)
}

func add(a, b float64) float64 { return a + b }

func fnSum(c *call, args []any) (any, error) {
	total, n, err := fold(c, args, 0, add)
	if n < 0 {
		return Undefined{}, err
	}
	return total, err
}

func fnAverage(c *call, args []any) (any, error) {
	total, n, err := fold(c, args, 0, add)
	if n <= 0 {
		return Undefined{}, err
	}
	return total / float64(n), err
}

func fnMax(c *call, args []any) (any, error) {
	most, n, err := fold(c, args, math.Inf(-1), math.Max)
	if n <= 0 {
		return Undefined{}, err
	}
	return most, err
}

func fnMin(c *call, args []any) (any, error) {
	least, n, err := fold(c, args, math.Inf(1), math.Min)
	if n <= 0 {
		return Undefined{}, err
	}
	return least, err
}
