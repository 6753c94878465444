package jsonata

import "strings"

// A signature says what arguments a function takes, such as <s-(sf)n?:b>.
type signature struct {
	params []param
}

// A param is one parameter of a signature.
type param struct {
	accepts string // symbols of the types
	kind    byte   // 'a' and 'f' may have a subtype; '(' is a choice
	subtype string
	typed   bool // a subtype is given, be it empty
	context bool // taken from the context if it is not given
	least   int  // how many arguments it takes
	most    int
	lazy    bool // takes as few as it can
}

const anyNumber = 1 << 30

// parseSignature reads a signature. What stands behind the colon, the type of
// the result, is not looked at.
func parseSignature(text string) (*signature, error) {
	sig := &signature{}
	if len(text) > maxPicture {
		return nil, fail(CodeExprTooLarge)
	}
	for i := 1; i < len(text); i++ {
		var last *param
		if n := len(sig.params); n > 0 {
			last = &sig.params[n-1]
		}
		c := text[i]
		switch c {
		case ':':
			return sig, nil
		case 's', 'n', 'b', 'l', 'o':
			sig.add(string(c)+"m", c)
		case 'a', 'x':
			sig.add("asnblfom", c)
		case 'j':
			sig.add("asnblom", c)
		case 'f':
			sig.add("f", c)
		case '-', '?', '+':
			if last != nil {
				last.quantify(c)
			}
		case '(':
			end := closing(text, i, '(', ')')
			choice := text[i+1 : end]
			if strings.Contains(choice, "<") {
				return nil, failValue("S0402", choice)
			}
			sig.add(choice+"m", '(')
			i = end
		case '<':
			if last == nil || last.kind != 'a' && last.kind != 'f' {
				return nil, fail("S0401")
			}
			end := closing(text, i, '<', '>')
			last.subtype, last.typed = text[i+1:end], true
			i = end
		}
	}
	return sig, nil
}

func (s *signature) add(accepts string, kind byte) {
	s.params = append(s.params, param{accepts: accepts, kind: kind, least: 1, most: 1})
}

func (p *param) quantify(c byte) {
	switch {
	case c == '+':
		p.most = anyNumber
	case p.least == 0:
		p.lazy = true
	default:
		p.least = 0
	}
	if c == '-' {
		p.context = true
	}
}

// closing returns the place of the bracket that closes the one at start, or
// the end of the text.
func closing(text string, start int, open, shut byte) int {
	depth := 0
	for i := start; i < len(text); i++ {
		switch text[i] {
		case open:
			depth++
		case shut:
			if depth--; depth == 0 {
				return i
			}
		}
	}
	return len(text)
}

// check fits the arguments of a call to the signature: it fills in the
// context, wraps single values where an array is wanted, and refuses the rest.
func (s *signature) check(args []any, context any) ([]any, error) {
	var b [8]byte
	given := b[:0]
	for _, arg := range args {
		given = append(given, symbol(arg))
	}
	m := matcher{params: s.params, given: string(given)}
	if !m.match(0, 0) {
		return nil, s.mismatch(args, m.given)
	}
	checked := make([]any, 0, max(len(args), len(s.params)))
	at, pos := 0, 0 // at runs ahead of pos where an optional argument is missing
	for i := range s.params {
		p := &s.params[i]
		n := m.counts[i]
		if n == 0 {
			switch {
			case !p.context:
				checked = append(checked, argument(args, at))
				at++
			case strings.IndexByte(p.accepts, symbol(context)) >= 0:
				checked = append(checked, context)
			default:
				return nil, failArg("T0411", context, at+1)
			}
			continue
		}
		for range n {
			arg := argument(args, at)
			if p.kind == 'a' {
				var err error
				if arg, err = p.asArray(arg, m.given[pos], n, at); err != nil {
					return nil, err
				}
			}
			checked = append(checked, arg)
			at++
			pos++
		}
	}
	return checked, nil
}

// argument returns an argument, undefined if it was not given.
func argument(args []any, i int) any {
	if i < len(args) {
		return args[i]
	}
	return Undefined{}
}

// asArray makes the argument for an array parameter.
func (p *param) asArray(arg any, sym byte, matched, at int) (any, error) {
	if sym == 'm' {
		return Undefined{}, nil
	}
	list := asArray(arg)
	if sym == 'a' && list == nil {
		return nil, failArg("T0412", arg, at+1)
	}
	if p.typed {
		ok := matched == 1 && p.subtype == string(sym)
		if sym == 'a' {
			ok = true
			for _, item := range list.items {
				ok = ok && strings.HasPrefix(p.subtype, string(symbol(item)))
			}
		}
		if !ok {
			return nil, failArg("T0412", arg, at+1)
		}
	}
	if sym == 'a' {
		return arg, nil
	}
	return &array{items: []any{arg}}, nil
}

// mismatch finds the argument to blame.
func (s *signature) mismatch(args []any, given string) error {
	good := 0
	for i := range s.params {
		m := matcher{params: s.params[:i+1], given: given, prefix: true}
		if !m.match(0, 0) {
			return failArg("T0410", argument(args, good), good+1)
		}
		good = 0
		for _, n := range m.counts {
			good += n
		}
	}
	return failArg("T0410", argument(args, good), good+1)
}

// A matcher fits the symbols of the given arguments to the parameters, each
// taking as many as it can while the rest still fits.
type matcher struct {
	params []param
	given  string
	prefix bool // arguments may be left over
	counts []int
	failed map[[2]int]bool // where it is known not to fit
}

func (m *matcher) match(i, at int) bool {
	if i == len(m.params) {
		if at < len(m.given) && !m.prefix {
			return false
		}
		m.counts = make([]int, i)
		return true
	}
	if m.failed[[2]int{i, at}] {
		return false
	}
	p := &m.params[i]
	most := 0
	for most < p.most && at+most < len(m.given) && strings.IndexByte(p.accepts, m.given[at+most]) >= 0 {
		most++
	}
	for k := range most - p.least + 1 {
		n := most - k
		if p.lazy {
			n = p.least + k
		}
		if m.match(i+1, at+n) {
			m.counts[i] = n
			return true
		}
	}
	if m.failed == nil {
		m.failed = map[[2]int]bool{}
	}
	m.failed[[2]int{i, at}] = true
	return false
}
