package simulate

import (
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"regexp"
	"regexp/syntax"
	"strings"
)

// digits returns n hexadecimal digits that a text stands for.
func digits(seed string, n int) string {
	var b strings.Builder
	sum := sha256.Sum256([]byte(seed))
	for b.Len() < n {
		b.WriteString(hex.EncodeToString(sum[:]))
		sum = sha256.Sum256(sum[:])
	}
	return b.String()[:n]
}

// matching returns a text that a pattern matches, of at least and at most so many
// characters; most 0 is no bound.
func matching(pattern string, least, most int, seed string, secret bool) (string, error) {
	matches, err := regexp.Compile(pattern)
	if err != nil {
		return "", errors.New("cannot be made up, since its pattern is none that is known here")
	}
	fits := func(text string) bool {
		n := len([]rune(text))
		return n >= least && (most == 0 || n <= most) && matches.MatchString(text)
	}
	if !secret {
		for _, usual := range []string{
			"acme", "acme.example", "https://acme.example", "ada@example.com", "eu-west-1", "us", "1001", "acme.example.com", "https://acme.example.com/", "Acme",
		} {
			if fits(usual) && !matchesAnything(matches) {
				return usual, nil
			}
		}
	}
	tree, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return "", errors.New("cannot be made up, since its pattern is none that is known here")
	}
	tree = tree.Simplify()
	const longest = 256
	for more := range longest {
		m := &maker{seed: seed, more: more}
		m.write(tree)
		if text := m.b.String(); fits(text) && (more >= 24 || !secret || most > 0 && len(text) >= most || !m.open) {
			return text, nil
		}
	}
	m := &maker{seed: seed}
	if m.write(tree); fits(m.b.String()) {
		return m.b.String(), nil
	}
	return "", errors.New("cannot be made up, since no text was found that its pattern and its length allow")
}

// matchesAnything tells whether a pattern says nothing.
func matchesAnything(r *regexp.Regexp) bool { return r.MatchString("") && r.MatchString("\x01 ?") }

// A maker writes a text that an expression matches.
type maker struct {
	b    strings.Builder
	seed string
	more int  // repetitions beyond the least
	open bool // there is something that repeats without end
}

func (m *maker) write(re *syntax.Regexp) {
	switch re.Op {
	case syntax.OpLiteral:
		m.b.WriteString(string(re.Rune))
	case syntax.OpCharClass:
		m.b.WriteRune(m.choose(re.Rune))
	case syntax.OpAnyChar, syntax.OpAnyCharNotNL:
		m.b.WriteRune(m.choose([]rune{'a', 'z', '0', '9'}))
	case syntax.OpCapture, syntax.OpConcat:
		for _, sub := range re.Sub {
			m.write(sub)
		}
	case syntax.OpAlternate:
		m.write(re.Sub[0])
	case syntax.OpPlus:
		m.open = true
		for range 1 + m.more {
			m.write(re.Sub[0])
		}
	case syntax.OpStar:
		m.open = true
		for range m.more {
			m.write(re.Sub[0])
		}
	case syntax.OpRepeat:
		n := re.Min
		if re.Max < 0 {
			m.open = true
			n += m.more
		} else {
			n = min(re.Max, re.Min+m.more)
		}
		for range n {
			m.write(re.Sub[0])
		}
	case syntax.OpQuest:
		if m.more > 0 {
			m.write(re.Sub[0])
		}
	}
}

// choose picks a character of a class: a letter or a digit where it has one.
func (m *maker) choose(class []rune) rune {
	const usual = "abcdefghijklmnopqrstuvwxyz0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ-_."
	var list []rune
	for _, c := range usual {
		for i := 0; i+1 < len(class); i += 2 {
			if class[i] <= c && c <= class[i+1] {
				list = append(list, c)
				break
			}
		}
	}
	if len(list) > 36 {
		list = list[:36]
	}
	if len(list) == 0 {
		if len(class) == 0 {
			return 'a'
		}
		return class[0]
	}
	sum := sha256.Sum256([]byte(m.seed + m.b.String()))
	return list[int(sum[0])%len(list)]
}
