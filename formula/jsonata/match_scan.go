package jsonata

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
func (c *call) finder(f *function, s string) func() (*textMatch, error) {
	if f.regex != nil {
		scan := &regexScan{call: c, fn: f, s: s}
		return scan.next
	}
	return func() (*textMatch, error) { return c.ask(f, []any{s}, s) }
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
	price := func(n int) int { return 1 + n*(re.size/4+1)/4 }
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
func (c *call) ask(matcher *function, args []any, s string) (*textMatch, error) {
	v, err := c.invoke(matcher, args)
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
			if err := c.step(len(s) / 16); err != nil {
				return nil, err
			}
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
