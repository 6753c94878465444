package jsonata

import (
	"math"
	"strings"
)

func fnString(c *call, args []any) (any, error) {
	v := argument(args, 0)
	if isUndefined(v) {
		return v, nil
	}
	return c.stringify(v, truthy(argument(args, 1)))
}

func fnLength(c *call, args []any) (any, error) {
	s, ok, err := textArg(args, 0)
	if !ok {
		return Undefined{}, err
	}
	return float64(countPoints(s)), c.step(len(s) / 64)
}

// fnSubstring counts in code points; a negative start counts from the end.
func fnSubstring(c *call, args []any) (any, error) {
	s, ok, err := textArg(args, 0)
	if !ok {
		return Undefined{}, err
	}
	start, started, err := numberArg(args, 1)
	if err != nil {
		return nil, err
	}
	length, limited, err := numberArg(args, 2)
	if err != nil {
		return nil, err
	}
	if err := c.step(len(s) / 64); err != nil {
		return nil, err
	}
	count := float64(countPoints(s))
	if count+start < 0 {
		start = 0
	}
	end := count
	if limited {
		if length <= 0 || !started {
			return "", nil
		}
		if end = start + length; start < 0 {
			end += count
		}
	}
	from, to := sliceBound(start, count), sliceBound(end, count)
	if from >= to {
		return "", nil
	}
	if isASCII(s) {
		return s[from:to], nil
	}
	first := pointOffset(s, from)
	return s[first : first+pointOffset(s[first:], to-from)], nil
}

// sliceBound makes an offset into count items, as JavaScript's slice does.
func sliceBound(f, count float64) int {
	if math.IsNaN(f) {
		return 0
	}
	f = math.Trunc(f)
	if f < 0 {
		f += count
	}
	return int(max(0, min(f, count)))
}

// plainText is what JavaScript makes of an argument where it wants a string.
func plainText(args []any, i int) (string, error) {
	s, ok, err := textArg(args, i)
	if !ok && err == nil {
		s = "undefined"
	}
	return s, err
}

// cut splits the first argument around the second.
func cut(c *call, args []any) (before, after string, found, ok bool, err error) {
	s, ok, err := textArg(args, 0)
	if !ok {
		return "", "", false, false, err
	}
	sep, err := plainText(args, 1)
	if err != nil {
		return "", "", false, false, err
	}
	before, after, found = strings.Cut(s, sep)
	return before, after, found, true, c.step(len(s) / 64)
}

func fnSubstringBefore(c *call, args []any) (any, error) {
	before, _, _, ok, err := cut(c, args)
	if !ok {
		return Undefined{}, err
	}
	return before, err
}

func fnSubstringAfter(c *call, args []any) (any, error) {
	before, after, found, ok, err := cut(c, args)
	switch {
	case !ok:
		return Undefined{}, err
	case !found:
		return before, err
	}
	return after, err
}

// mapText applies a change to a string argument.
func mapText(c *call, args []any, change func(string) string) (any, error) {
	s, ok, err := textArg(args, 0)
	if !ok {
		return Undefined{}, err
	}
	if err := c.text(len(s)); err != nil {
		return nil, err
	}
	return change(s), nil
}

func fnLowercase(c *call, args []any) (any, error) { return mapText(c, args, lower) }

func fnUppercase(c *call, args []any) (any, error) { return mapText(c, args, upper) }

// fnTrim removes space at both ends and makes one of several within.
func fnTrim(c *call, args []any) (any, error) {
	return mapText(c, args, func(s string) string {
		return strings.Join(strings.FieldsFunc(s, func(r rune) bool {
			return r == ' ' || r == '\t' || r == '\n' || r == '\r'
		}), " ")
	})
}

func fnPad(c *call, args []any) (any, error) {
	s, ok, err := textArg(args, 0)
	if !ok {
		return Undefined{}, err
	}
	width, ok, err := numberArg(args, 1)
	if !ok {
		return s, err
	}
	fill, _, err := textArg(args, 2)
	if err != nil {
		return nil, err
	}
	if fill == "" {
		fill = " "
	}
	if err := c.step((len(s) + len(fill)) / 64); err != nil {
		return nil, err
	}
	missing := math.Abs(width) - float64(countPoints(s))
	if !(missing > 0) {
		return s, nil
	}
	if missing != math.Trunc(missing) || missing >= 1<<32-1 {
		return nil, wrongKind(width)
	}
	if err := c.list(len(fill)); err != nil {
		return nil, err
	}
	fillPoints := codePoints(fill)
	n := int(missing)
	if n > c.bytes/max(1, len(fill)) {
		return nil, fail(CodeTooMuchData)
	}
	padding := strings.Repeat(fill, n/len(fillPoints)) + strings.Join(fillPoints[:n%len(fillPoints)], "")
	if err := c.text(2*len(padding) + len(s)); err != nil {
		return nil, err
	}
	if width > 0 {
		return concat(s, padding), nil
	}
	return concat(padding, s), nil
}

func fnJoin(c *call, args []any) (any, error) {
	list, err := listArg(args, 0)
	if list == nil {
		return Undefined{}, err
	}
	sep, _, err := textArg(args, 1)
	if err != nil {
		return nil, err
	}
	total := 0
	parts := make([]string, 0, min(len(list.items), 1024))
	for _, item := range list.items {
		s, ok := item.(string)
		if !ok {
			return nil, wrongKind(item)
		}
		total += len(s) + len(sep)
		if total > c.bytes {
			return nil, fail(CodeTooMuchData)
		}
		parts = append(parts, s)
	}
	if err := c.text(total); err != nil {
		return nil, err
	}
	if err := c.list(len(parts)); err != nil {
		return nil, err
	}
	return joinHalves(strings.Join(parts, sep)), nil
}
