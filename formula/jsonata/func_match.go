package jsonata

import (
	"math"
	"strconv"
	"strings"
)

// A textMatch is one match of a regular expression, or of a function that
// behaves like one, in a string.
type textMatch struct {
	text       string
	start, end int // offsets in bytes
	index      any // offset as shown
	groups     any
	next       func() (*textMatch, error)
}

// finder looks for the first match of a pattern in s.
func (c *call) finder(pattern any, s string) func() (*textMatch, error) {
	f, ok := pattern.(*function)
	if ok && f.regex != nil {
		scan := &regexScan{call: c, fn: f, s: s}
		return scan.next
	}
	return func() (*textMatch, error) { return c.ask(pattern, []any{s}, s) }
}

// A regexScan walks through the matches of a regular expression.
type regexScan struct {
	*call
	fn       *function
	s        string
	at       int // in bytes
	unit     int // the same in UTF-16 units
	advanced bool
}

// next returns the next match. A match of nothing is possible only once, as
// from there the search would not get on.
func (r *regexScan) next() (*textMatch, error) {
	if r.advanced && r.at >= len(r.s) {
		return nil, nil
	}
	loc, err := r.search(r.fn.regex, r.s, r.at)
	if loc == nil || err != nil {
		return nil, err
	}
	if r.advanced && loc[0] == loc[1] {
		return nil, r.emptyMatch()
	}
	r.advanced = true
	m := &textMatch{text: r.s[loc[0]:loc[1]], start: loc[0], end: loc[1], next: r.next}
	r.unit += unitLen(r.s[r.at:loc[0]])
	m.index = float64(r.unit)
	r.unit += unitLen(m.text)
	r.at = loc[1]
	groups := make([]any, 0, len(loc)/2-1)
	for i := 2; i < len(loc); i += 2 {
		if loc[i] < 0 {
			groups = append(groups, Undefined{})
		} else {
			groups = append(groups, r.s[loc[i]:loc[i+1]])
		}
	}
	m.groups = &array{items: groups}
	return m, r.alloc(len(m.text) + 4*itemSize + len(groups)*itemSize)
}

func (r *regexScan) emptyMatch() error {
	err := failValue("D1004", r.fn.regex.source)
	err.Position = r.fn.pos
	return err
}

// search runs a regular expression. Its price is paid beforehand as if the
// whole string were looked at, and given back for the part that was not.
func (b *budget) search(re *regex, s string, from int) ([]int, error) {
	price := func(n int) int { return 1 + n*(re.size/16+1)/8 }
	if price(len(s)-from) > b.steps {
		return nil, fail(CodeTooMuchWork)
	}
	loc := re.find(s, from)
	end := len(s)
	if loc != nil {
		end = loc[1]
	}
	return loc, b.step(price(end - from))
}

// ask calls a function that behaves like a regular expression.
func (c *call) ask(matcher any, args []any, s string) (*textMatch, error) {
	v, err := c.apply(matcher, args, nil, c.env)
	if err != nil || isUndefined(v) {
		return nil, err
	}
	if !truthy(v) {
		return nil, wrongKind(v)
	}
	get := func(name string) any {
		if o, ok := v.(*Object); ok {
			if field, ok := o.Get(name); ok {
				return field
			}
		}
		return Undefined{}
	}
	m := &textMatch{index: get("start"), groups: get("groups")}
	next, callable := get("next").(*function)
	start, numbered := m.index.(float64)
	if !numbered && !isArray(m.groups) && !callable {
		return nil, fail("T1010")
	}
	m.text, _ = get("match").(string)
	m.start = unitOffset(s, sliceBound(start, float64(len(s))))
	m.end = m.start + len(m.text)
	if end, ok := get("end").(float64); ok {
		m.end = unitOffset(s, sliceBound(end, float64(len(s))))
	}
	m.end = min(m.end, len(s))
	m.next = func() (*textMatch, error) {
		if !callable {
			return nil, wrongKind(get("next"))
		}
		return c.ask(next, nil, s)
	}
	return m, c.step(1 + len(s)/64)
}

// regexFunction makes the value of a regular expression: a function that finds
// the first match in a string.
func regexFunction(re *regex, pos int) *function {
	f := &function{arity: 2, regex: re, pos: pos}
	f.run = func(c *call, args []any) (any, error) {
		s, err := c.scriptText(argument(args, 0))
		if err != nil {
			return nil, err
		}
		scan := &regexScan{call: c, fn: f, s: s}
		if from, ok := argument(args, 1).(float64); ok {
			scan.unit = sliceBound(max(0, from), float64(unitLen(s)))
			scan.at = unitOffset(s, scan.unit)
		}
		return scan.result()
	}
	return f
}

// result is the next match as an object whose field next finds the one after.
func (r *regexScan) result() (any, error) {
	m, err := r.next()
	if m == nil || err != nil {
		return Undefined{}, err
	}
	o := r.object()
	o.Set("match", m.text)
	o.Set("start", m.index)
	o.Set("end", float64(r.unit))
	o.Set("groups", m.groups)
	following := *r
	o.Set("next", &function{run: func(c *call, _ []any) (any, error) {
		scan := following
		scan.call = c
		return scan.result()
	}})
	return o, r.alloc(2 * closureSize)
}

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
	return b.String(), c.text(len(s) - at)
}

func (c *call) replaceText(s, old string, by any, limit float64) (any, error) {
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
	return strings.Replace(s, old, text, n), c.step(n)
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
	v, err := c.apply(f, []any{o}, nil, c.env)
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
