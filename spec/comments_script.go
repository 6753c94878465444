package spec

import (
	"strings"
)

// scriptDisables returns what the comments of a script switch off. place gives
// the span of the file that a span of the script stands at; removable says that
// comments may be taken out of it.
func (s *Source) scriptDisables(code string, place func(span) span, removable bool) []Disable {
	var list []Disable
	lineOf := func(offset int) int { return s.placeOf(place(span{offset, offset}).start).line }
	for _, comment := range scriptComments(code) {
		found := parseDisable([]byte(code), comment.start+2, comment.end)
		if found == nil {
			continue
		}
		start := strings.LastIndexAny(code[:comment.start], "\r\n") + 1
		line, whole := lineOf(comment.start), span{}
		alone := strings.TrimLeft(code[start:comment.start], " \t") == ""
		if removable && alone {
			whole = span{start, s.afterLine(comment.end)}
		} else if removable {
			whole = span{start + len(strings.TrimRight(code[start:comment.start], " \t")), comment.end}
		}
		if alone {
			line = lineOf(belowComments(code, comment.end))
		}
		for _, d := range found {
			d.File, d.From, d.To, d.source, d.whole = s.name, line, line, s, whole
			d.at = place(d.at)
			list = append(list, d)
		}
	}
	return list
}

// belowComments returns where the next line begins that is no comment itself.
func belowComments(code string, at int) int {
	for {
		i := strings.IndexByte(code[at:], '\n')
		if i < 0 {
			return at
		}
		at += i + 1
		if text := strings.TrimLeft(code[at:], " \t"); !strings.HasPrefix(text, "//") {
			return len(code) - len(text)
		}
	}
}

// scriptComments returns the comments of a script that reach to the end of
// their line. Slashes within texts, templates, patterns and other comments
// begin none.
func scriptComments(code string) []span {
	var found []span
	var braces []int // for each open template: how many braces are open in its expression
	last := byte(0)  // the last byte that is no blank or comment
	for at := 0; at < len(code); {
		c := code[at]
		switch {
		case isBlankOrBreak(c):
			at++
			continue
		case strings.HasPrefix(code[at:], "//"):
			end := lineEndIn([]byte(code), at)
			found = append(found, span{at, end})
			at = end
			continue
		case strings.HasPrefix(code[at:], "/*"):
			end := strings.Index(code[at+2:], "*/")
			if end < 0 {
				return found
			}
			at += end + 4
			continue
		case c == '"' || c == '\'':
			at = endQuoted(code, at+1, c)
		case c == '/' && startsPattern(code[:at], last):
			at = endPattern(code, at+1)
		case c == '`':
			var inside bool
			if at, inside = endTemplate(code, at+1); inside {
				braces = append(braces, 0)
			}
		case c == '}' && len(braces) > 0 && braces[len(braces)-1] == 0:
			var inside bool
			if at, inside = endTemplate(code, at+1); !inside {
				braces = braces[:len(braces)-1]
			}
			c = '`'
		default:
			if len(braces) > 0 && c == '{' {
				braces[len(braces)-1]++
			} else if len(braces) > 0 && c == '}' {
				braces[len(braces)-1]--
			}
			at++
		}
		last = c
	}
	return found
}

// endQuoted returns where a text in quotes ends, at the latest with its line.
func endQuoted(code string, at int, quote byte) int {
	for at < len(code) {
		switch c := code[at]; {
		case c == '\\':
			at += 2
		case c == quote:
			return at + 1
		case c == '\n':
			return at
		default:
			at++
		}
	}
	return len(code)
}

// endTemplate returns where a template ends, or the first expression in it
// begins, in which case it is not over.
func endTemplate(code string, at int) (end int, inside bool) {
	for at < len(code) {
		switch {
		case code[at] == '\\':
			at += 2
		case code[at] == '`':
			return at + 1, false
		case strings.HasPrefix(code[at:], "${"):
			return at + 2, true
		default:
			at++
		}
	}
	return len(code), false
}

// endPattern returns where a regular expression ends, at the latest with its
// line. A slash within brackets does not end it.
func endPattern(code string, at int) int {
	brackets := false
	for at < len(code) {
		switch c := code[at]; {
		case c == '\\':
			at += 2
			continue
		case c == '\n':
			return at
		case c == '[':
			brackets = true
		case c == ']':
			brackets = false
		case c == '/' && !brackets:
			return at + 1
		}
		at++
	}
	return len(code)
}

// startsPattern tells whether a slash begins a regular expression, and does
// not divide, going by what stands before it.
func startsPattern(before string, last byte) bool {
	if last == 0 || strings.IndexByte("(,=:[!&|?{};+-*%<>~^", last) >= 0 {
		return true
	}
	words := strings.FieldsFunc(before[max(len(before)-20, 0):], func(r rune) bool {
		return r != '_' && r != '$' && (r < '0' || r > '9') && (r < 'a' || r > 'z') && (r < 'A' || r > 'Z')
	})
	if len(words) == 0 || !strings.HasSuffix(strings.TrimRight(before, " \t\r\n"), words[len(words)-1]) {
		return false
	}
	switch words[len(words)-1] {
	case "return", "typeof", "case", "in", "of", "void", "delete", "throw", "new", "else", "do", "await", "yield":
		return true
	}
	return false
}
