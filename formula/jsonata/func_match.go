package jsonata

import (
	"math"
	"strconv"
	"strings"
)

// limitArg returns how many matches are wanted.
func limitArg(args []any, i int, code string) (float64, error) {
	limit, ok, err := numberArg(args, i)
	if err != nil {
		return 0, err
	}
	if !ok {
		return math.Inf(1), nil
	}
	if limit < 0 {
		return 0, failValue(code, limit)
	}
	return limit, nil
}

func fnContains(c *call, args []any) (any, error) {
	s, ok, err := textArg(args, 0)
	if !ok {
		return Undefined{}, err
	}
	if part, ok := argument(args, 1).(string); ok {
		return strings.Contains(s, part), c.step(len(s) / 64)
	}
	pattern, err := functionArg(args, 1)
	if err != nil {
		return nil, err
	}
	m, err := c.finder(pattern, s)()
	return m != nil, err
}

func fnMatch(c *call, args []any) (any, error) {
	s, ok, err := textArg(args, 0)
	if !ok {
		return Undefined{}, err
	}
	pattern, err := functionArg(args, 1)
	if err != nil {
		return nil, err
	}
	limit, err := limitArg(args, 2, "D3040")
	if err != nil {
		return nil, err
	}
	result := sequence()
	if limit == 0 {
		return result, nil
	}
	m, err := c.finder(pattern, s)()
	for n := 0.0; m != nil && err == nil && n < limit; n++ {
		o := c.object()
		o.Set("match", m.text)
		o.Set("index", m.index)
		o.Set("groups", m.groups)
		if err := c.push(result, o); err != nil {
			return nil, err
		}
		m, err = m.next()
	}
	return result, err
}

func fnSplit(c *call, args []any) (any, error) {
	s, ok, err := textArg(args, 0)
	if !ok {
		return Undefined{}, err
	}
	limit, err := limitArg(args, 2, "D3020")
	if err != nil {
		return nil, err
	}
	result := &array{}
	if limit == 0 {
		return result, nil
	}
	if sep, ok := argument(args, 1).(string); ok {
		return c.splitText(s, sep, math.Floor(limit))
	}
	pattern, err := functionArg(args, 1)
	if err != nil {
		return nil, err
	}
	start, n := 0, 0.0
	m, err := c.finder(pattern, s)()
	for ; m != nil && err == nil && n < limit; n++ {
		if err := c.push(result, s[start:max(start, m.start)]); err != nil {
			return nil, err
		}
		start = max(start, m.end)
		m, err = m.next()
	}
	if err == nil && n < limit {
		err = c.push(result, s[start:])
	}
	return result, err
}

func (c *call) splitText(s, sep string, limit float64) (any, error) {
	result := &array{}
	if err := c.step(len(s) / 64); err != nil {
		return nil, err
	}
	if sep == "" {
		for len(s) > 0 && float64(len(result.items)) < limit {
			r, size := decode(s)
			s = s[size:]
			for _, u := range units(string(r)) {
				if r >= 0xD800 && r <= 0xDFFF {
					u = uint16(r)
				}
				if float64(len(result.items)) >= limit {
					break
				}
				if err := c.push(result, unitString(rune(u))); err != nil {
					return nil, err
				}
			}
		}
		return result, nil
	}
	for float64(len(result.items)) < limit {
		part, rest, found := strings.Cut(s, sep)
		if err := c.push(result, part); err != nil {
			return nil, err
		}
		if !found {
			break
		}
		s = rest
	}
	return result, nil
}

func fnReplace(c *call, args []any) (any, error) {
	s, ok, err := textArg(args, 0)
	if !ok {
		return Undefined{}, err
	}
	if argument(args, 1) == "" {
		return nil, failValue("D3010", "")
	}
	limit, err := limitArg(args, 3, "D3011")
	if err != nil {
		return nil, err
	}
	if limit == 0 {
		return s, nil
	}
	if old, ok := argument(args, 1).(string); ok {
		return c.replaceText(s, old, argument(args, 2), limit)
	}
	pattern, err := functionArg(args, 1)
	if err != nil {
		return nil, err
	}
	var b strings.Builder
	at := 0
	m, err := c.finder(pattern, s)()
	for n := 0.0; m != nil && err == nil && n < limit; n++ {
		by, err := c.replacement(m, argument(args, 2))
		if err != nil {
			return nil, err
		}
		between := s[min(at, m.start):max(at, m.start)]
		if err := c.text(len(between) + len(by)); err != nil {
			return nil, err
		}
		b.WriteString(between)
		b.WriteString(by)
		at = min(m.start+len(m.text), len(s))
		if m, err = m.next(); err != nil {
			return nil, err
		}
	}
	if err != nil {
		return nil, err
	}
	b.WriteString(s[at:])
	return joinHalves(b.String()), c.text(len(s) - at)
}

func (c *call) replaceText(s, old string, by any, limit float64) (any, error) {
	if err := c.step(len(s) / 64); err != nil {
		return nil, err
	}
	n := strings.Count(s, old)
	if n == 0 {
		return s, nil
	}
	text, err := plainText([]any{by}, 0)
	if err != nil {
		return nil, err
	}
	if limit < float64(n) {
		n = int(math.Ceil(limit))
	}
	if grown := len(text) - len(old); grown > 0 && n > c.bytes/grown {
		return nil, fail(CodeTooMuchData)
	}
	if err := c.text(len(s) + n*max(0, len(text)-len(old))); err != nil {
		return nil, err
	}
	return joinHalves(strings.Replace(s, old, text, n)), c.step(n)
}

// replacement is what a match is replaced by.
func (c *call) replacement(m *textMatch, by any) (string, error) {
	if template, ok := by.(string); ok {
		if err := c.text(len(template)); err != nil {
			return "", err
		}
		return c.expand(template, m)
	}
	f, ok := by.(*function)
	if !ok {
		return "", wrongKind(by)
	}
	o := c.object()
	o.Set("match", m.text)
	o.Set("start", m.index)
	o.Set("end", m.index)
	if index, ok := m.index.(float64); ok {
		o.Set("end", index+float64(unitLen(m.text)))
	}
	o.Set("groups", m.groups)
	v, err := c.invoke(f, []any{o})
	if err != nil {
		return "", err
	}
	s, ok := v.(string)
	if !ok {
		return "", failValue("D3012", v)
	}
	return s, nil
}

// expand fills the groups of a match into $1, $2 and so on of a template.
func (c *call) expand(template string, m *textMatch) (string, error) {
	var groups []any
	if a := asArray(m.groups); a != nil {
		groups = a.items
	}
	var b strings.Builder
	for {
		before, after, found := strings.Cut(template, "$")
		b.WriteString(before)
		if !found {
			return b.String(), nil
		}
		template = after
		switch {
		case strings.HasPrefix(after, "$"):
			b.WriteByte('$')
			template = after[1:]
		case strings.HasPrefix(after, "0"):
			b.WriteString(m.text)
			template = after[1:]
		default:
			number, digits := groupNumber(after, len(groups))
			if digits == 0 {
				b.WriteByte('$')
			} else if number >= 1 && number <= len(groups) {
				if s, ok := groups[number-1].(string); ok {
					b.WriteString(s)
				}
			}
			template = after[digits:]
		}
		if b.Len() > c.bytes {
			return "", fail(CodeTooMuchData)
		}
	}
}

// groupNumber reads the number of a group, with no more digits than there can
// be, and fewer if there is no such group.
func groupNumber(s string, groups int) (number, digits int) {
	most := max(1, len(strconv.Itoa(groups)))
	for digits < most && digits < len(s) && s[digits] >= '0' && s[digits] <= '9' {
		digits++
	}
	if digits == 0 {
		return 0, 0
	}
	number, _ = strconv.Atoi(s[:digits])
	if most > 1 && digits > 1 && number > groups {
		digits--
		number, _ = strconv.Atoi(s[:digits])
	}
	return number, len(strconv.Itoa(number))
}
