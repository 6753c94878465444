package secret

// An index finds all patterns in one pass. It never changes once made.
type index struct {
	patterns []pattern
	names    []string

	// Chains of patterns by their first two bytes and by their first byte,
	// case folded: the head holds a pattern's number plus one, the next ones
	// follow in nextPair and nextFirst.
	pair                [4096]int32
	first               [256]int32
	nextPair, nextFirst []int32
}

// A span is a place where a secret stands. Of overlapping matches the
// pattern is the longest one's.
type span struct{ start, end, pattern int }

func newIndex(secrets []named) *index {
	x := &index{}
	for _, s := range secrets {
		x.patterns = append(x.patterns, patternsOf(s)...)
		x.names = append(x.names, s.name)
	}
	x.nextPair = make([]int32, len(x.patterns))
	x.nextFirst = make([]int32, len(x.patterns))
	// From the end, so that a chain has the pattern added first at its head.
	for i := len(x.patterns) - 1; i >= 0; i-- {
		text := x.patterns[i].text
		link := func(head, next *int32) { *next, *head = *head, int32(i)+1 }
		link(&x.pair[pairOf(text[0], text[1])], &x.nextPair[i])
		link(&x.first[text[0]|0x20], &x.nextFirst[i])
	}
	return x
}

func pairOf(a, b byte) int { return (int(a|0x20)*67 + int(b|0x20)) & 0xfff }

// special marks the bytes that may begin an escape, or be skipped.
var special = [256]bool{'%': true, '\\': true, '&': true, '+': true, '\n': true, '\r': true}

// A scan is what was found in a text.
type scan struct {
	spans []span
	// safe is the offset from which on a longer text could hold a secret that
	// this one only begins; spans end before it.
	safe int
}

// scan finds all secrets of text. If final is false, more text may follow.
func (x *index) scan(text string, final bool) scan {
	found := scan{safe: len(text)}
	if len(x.patterns) == 0 {
		return found
	}
	for i := range len(text) {
		best, end, partial := x.at(text, i)
		if partial && !final && i < found.safe {
			found.safe = i
		}
		if end > i {
			found.add(span{i, end, best})
		}
	}
	if n := len(found.spans); n > 0 && found.spans[n-1].end > found.safe {
		for n > 0 && found.spans[n-1].end > found.safe {
			n--
			found.safe = min(found.safe, found.spans[n].start)
		}
		found.spans = found.spans[:n]
	}
	return found
}

// add puts s at the end, joined to the last span if they overlap.
func (f *scan) add(s span) {
	if n := len(f.spans); n > 0 && s.start < f.spans[n-1].end {
		last := &f.spans[n-1]
		if s.end > last.end {
			if s.end-s.start > last.end-last.start {
				last.pattern = s.pattern
			}
			last.end = s.end
		}
		return
	}
	f.spans = append(f.spans, s)
}

// at gives the longest pattern that stands at text[i:], where it ends, and
// whether a pattern could with more text.
func (x *index) at(text string, i int) (best, end int, partial bool) {
	a := text[i]
	if special[a] {
		return x.atEscape(text, i)
	}
	if i+1 == len(text) || text[i+1] == '\n' || text[i+1] == '\r' {
		return x.tryFirst(a, text, i, 0, 0, false)
	}
	if b := text[i+1]; !special[b] {
		return x.tryPair(a, b, text, i, 0, 0, false)
	}
	if x.first[a|0x20] == 0 {
		return 0, 0, false
	}
	// The second byte is escaped: read it once for all patterns.
	var u units
	u.read(text, i+1)
	if u.short {
		return x.tryFirst(a, text, i, 0, 0, false)
	}
	for n := range u.n {
		best, end, partial = x.tryPair(a, u.list[n].bytes[0], text, i, best, end, partial)
	}
	return best, end, partial
}

// atEscape is at where an escape may begin.
func (x *index) atEscape(text string, i int) (best, end int, partial bool) {
	if c := text[i]; c == '\n' || c == '\r' {
		return x.tryFirst(c, text, i, 0, 0, false)
	}
	var u units
	u.read(text, i)
	partial = u.short
	for n := range u.n {
		best, end, partial = x.tryFirst(u.list[n].bytes[0], text, i, best, end, partial)
	}
	return best, end, partial
}

// tryPair tries the patterns that begin with the bytes a and b.
func (x *index) tryPair(a, b byte, text string, i, best, end int, partial bool) (int, int, bool) {
	for n := x.pair[pairOf(a, b)]; n != 0; n = x.nextPair[n-1] {
		best, end, partial = x.try(int(n-1), text, i, best, end, partial)
	}
	return best, end, partial
}

// tryFirst tries the patterns that begin with the byte a.
func (x *index) tryFirst(a byte, text string, i, best, end int, partial bool) (int, int, bool) {
	for n := x.first[a|0x20]; n != 0; n = x.nextFirst[n-1] {
		best, end, partial = x.try(int(n-1), text, i, best, end, partial)
	}
	return best, end, partial
}

func (x *index) try(n int, text string, i, best, end int, partial bool) (int, int, bool) {
	e, more := match(&x.patterns[n], text, i)
	if e > end {
		best, end = n, e
	}
	return best, end, partial || more
}

// match says where p ends if it stands at text[i:], else 0, and whether the
// text ends before that is decided.
func match(p *pattern, text string, i int) (end int, partial bool) {
	m := matcher{p: p, text: text, limit: i + 24*len(p.text) + 64}
	return m.from(0, i)
}

type matcher struct {
	p     *pattern
	text  string
	limit int             // no match is longer: a bound on what a writer holds back
	seen  map[[2]int]bool // places after a choice, so that each is tried once
}

// from matches the pattern from its byte k on at text[i:].
func (m *matcher) from(k, i int) (end int, partial bool) {
	for k < len(m.p.text) {
		if i >= len(m.text) {
			return end, true
		}
		if i > m.limit {
			return end, partial
		}
		c := m.text[i]
		if !special[c] {
			if !m.p.equal(k, c) {
				return end, partial
			}
			k, i = k+1, i+1
			continue
		}
		var u units
		u.read(m.text, i)
		partial = partial || u.short
		last := -1 // the option to go on with
		for n := range u.n {
			if _, ok := m.p.accept(k, &u.list[n]); !ok {
				continue
			}
			if last >= 0 { // more than one: try this here
				e, more := m.choice(k, &u.list[last])
				end, partial = max(end, e), partial || more
			}
			last = n
		}
		if last < 0 {
			return end, partial
		}
		if end > 0 || m.seen != nil {
			e, more := m.choice(k, &u.list[last])
			return max(end, e), partial || more
		}
		k, _ = m.p.accept(k, &u.list[last])
		i = u.list[last].next
	}
	return max(end, i), partial
}

// maxChoices bounds the work on one place of a text where escapes can be read
// in several ways again and again. Only a secret that is itself a long row of
// escapes comes near it.
const maxChoices = 512

// choice goes on after one of several ways to read an escape.
func (m *matcher) choice(k int, o *unit) (end int, partial bool) {
	k, _ = m.p.accept(k, o)
	at := [2]int{k, o.next}
	if m.seen[at] || len(m.seen) == maxChoices {
		return 0, false
	}
	if m.seen == nil {
		m.seen = map[[2]int]bool{}
	}
	m.seen[at] = true
	return m.from(k, o.next)
}

// equal says whether byte k of the pattern is c.
func (p *pattern) equal(k int, c byte) bool {
	return p.text[k] == c || p.anyCase && 'A' <= c && c <= 'F' && p.text[k] == c|0x20
}

// accept gives the place in the pattern after o.
func (p *pattern) accept(k int, o *unit) (int, bool) {
	if o.size == 1 {
		c := o.bytes[0]
		switch {
		case p.equal(k, c):
			return k + 1, true
		case k > 0 && (c == '\r' || c == '\n' && p.wrapped) && (p.wrapped || p.text[k] == '\n'):
			return k, true
		}
		return k, false
	}
	if len(p.text)-k < o.size || p.text[k:k+o.size] != string(o.bytes[:o.size]) {
		return k, false
	}
	return k + o.size, true
}
