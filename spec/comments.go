package spec

import (
	"bytes"
	"cmp"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// disableWord begins a comment that switches codes off:
//
//	# connector-disable-line CODE, CODE: reason
//
// in YAML, and the same after // in a script.
const disableWord = "connector-disable-line"

// disableStems begin what may be meant as such a comment.
var disableStems = []string{"connector-disable", "connector-enable", "connector-ignore"}

// hasDisable tells whether a text may have a comment that switches codes off,
// or is meant to.
func hasDisable(text []byte) bool {
	return bytes.Contains(text, []byte("connector-")) &&
		slices.ContainsFunc(disableStems, func(stem string) bool { return bytes.Contains(text, []byte(stem)) })
}

// hasDisableText is hasDisable for a script.
func hasDisableText(text string) bool {
	return strings.Contains(text, "connector-") &&
		slices.ContainsFunc(disableStems, func(stem string) bool { return strings.Contains(text, stem) })
}

// A Disable is one code that a comment of a connector's file switches off.
type Disable struct {
	Code string // "" if the comment names none
	Word string // that the comment begins with, if there is no such comment
	// Mistaken says that the code stands in such a comment: what it is about is
	// not said besides.
	Mistaken bool
	Reason   string // may be empty
	// File and the lines From up to To are what it is about: the line that the
	// comment ends, or the one below a comment that stands alone, with the whole
	// of a text that begins or ends there.
	File     string
	From, To int

	source *Source
	at     span   // of the code
	whole  span   // what goes if the comment does; empty if it cannot
	beside []span // all codes of the comment
}

// Disables returns what comments of the connector's files switch off, in the
// order of the files. It looks for comments only where the word stands.
func (c *Connector) Disables() []Disable {
	list := c.source.disables()
	seen := []string{c.File}
	for _, b := range c.bodies {
		if slices.Contains(seen, b.file) {
			continue
		}
		seen = append(seen, b.file)
		if b.source != nil {
			list = append(list, b.source.disables()...)
		} else if text := b.script.Value().Text(); hasDisableText(text) {
			s := b.script
			list = append(list, s.scriptDisables(text, func(at span) span { return at }, true)...)
		}
	}
	if hasDisable(c.source.data) {
		list = append(list, c.inlineDisables("", c.Auth)...)
		for i, key := range c.OptionKeys() {
			_, option := c.Auth.Get("options").At(i)
			list = append(list, c.inlineDisables(formula.Pointer("options", key), option)...)
		}
	}
	return list
}

// inlineDisables returns what comments of the scripts that stand in the spec
// itself switch off.
func (c *Connector) inlineDisables(pointer string, owner formula.Value) []Disable {
	var list []Disable
	for _, m := range methodNames {
		code := owner.Get(m.name).Get("code").Text()
		if !hasDisableText(code) {
			continue
		}
		s, p := c.locate(pointer + formula.Pointer(m.name, "code"))
		if s != c.source || !s.Has(p) {
			continue // it came from a file of its own
		}
		list = append(list, s.scriptDisables(code, func(at span) span {
			return s.spanOf(p, AtText(at.start, at.end-at.start))
		}, false)...)
	}
	return list
}

// Diagnose returns a diagnostic at the code, or at the comment if it names none.
func (d Disable) Diagnose(code string, severity Severity, message, hint string) Diagnostic {
	found := d.source.diagnostic(code, d.at, message, hint)
	found.Severity = severity
	return found
}

// RemoveFix returns the change that takes the code out of the comment, with
// the whole comment if it names no other; nil if that is not certain.
func (d Disable) RemoveFix() *Fix {
	at := d.whole
	if at.start == at.end {
		return nil
	}
	if i := slices.Index(d.beside, d.at); len(d.beside) > 1 && i+1 < len(d.beside) {
		at = span{d.at.start, d.beside[i+1].start}
	} else if len(d.beside) > 1 {
		at = span{d.beside[i-1].end, d.at.end}
	}
	return &Fix{Title: "remove what switches nothing off", Edits: []Edit{d.source.edit(at, "")}}
}

// maxDisables bounds the codes of one file that are looked at.
const maxDisables = 1000

// disables returns what the comments of a YAML file switch off.
func (s *Source) disables() []Disable {
	if !hasDisable(s.data) || !s.Readable() {
		return nil
	}
	tokens, fault := tokenize(s.text)
	if fault != nil {
		return nil
	}
	texts := slices.DeleteFunc(tokens, func(t token) bool { return t.kind != tokScalar || t.start == t.end })
	var list []Disable
	lines := s.index().lines
	below := len(lines) // the next line that is more than a comment
	for line := len(lines); line > 0 && len(list) < maxDisables; line-- {
		start := lines[line-1]
		end := s.lineEnd(start)
		first := start + len(s.data[start:end]) - len(bytes.TrimLeft(s.data[start:end], " \t"))
		alone := first < end && s.data[first] == '#'
		if hash := s.commentIn(span{start, end}, texts); hash >= 0 {
			about, whole := line, span{start + len(bytes.TrimRight(s.data[start:hash], " \t")), end}
			if alone {
				about, whole = below, span{start, s.afterLine(end)}
			}
			from, to := s.linesOfTexts(about, texts)
			found := parseDisable(s.data, hash+1, end)
			for _, d := range slices.Backward(found) {
				d.File, d.From, d.To, d.source, d.whole = s.name, from, to, s, whole
				list = append(list, d)
			}
		}
		if !alone {
			below = line
		}
	}
	slices.Reverse(list)
	return list
}

// afterLine returns where the line break ends that stands at an offset.
func (s *Source) afterLine(at int) int {
	if at < len(s.data) {
		return (&scalarTrace{text: s.data}).afterBreak(at)
	}
	return at
}

// commentIn returns where the comment of a line begins, if the line has such a
// word in it; -1 otherwise. A number sign within a text begins no comment.
func (s *Source) commentIn(line span, texts []token) int {
	if !hasDisable(s.data[line.start:line.end]) {
		return -1
	}
	for at := line.start; at < line.end; at++ {
		if s.text[at] == '#' && (at == 0 || isBlankOrBreak(s.text[at-1])) && !s.inText(at, texts) {
			return at
		}
	}
	return -1
}

// firstAfter returns the index of the first text that ends behind an offset.
func firstAfter(at int, texts []token) int {
	i, _ := slices.BinarySearchFunc(texts, at, func(t token, at int) int { return cmp.Compare(t.end, at+1) })
	return i
}

// inText tells whether an offset lies in a text. The line on which a block
// begins is none of it.
func (s *Source) inText(at int, texts []token) bool {
	i := firstAfter(at, texts)
	if i == len(texts) {
		return false
	}
	start := texts[i].start
	if style := texts[i].style; style == Literal || style == Folded {
		start = s.lineEnd(start)
	}
	return start <= at
}

// linesOfTexts returns the lines of a line with the texts that stand on it.
func (s *Source) linesOfTexts(line int, texts []token) (from, to int) {
	from, to = line, line
	start := s.index().lines[line-1]
	end := s.lineEnd(start)
	for _, t := range texts[firstAfter(start, texts):] {
		if t.start > end {
			break
		}
		from, to = min(from, s.placeOf(t.start).line), max(to, s.placeOf(t.end).line)
	}
	return from, to
}

// parseDisable reads the text of a comment from an offset on, as one that
// switches codes off, or is meant to; nil if it is another one.
func parseDisable(data []byte, at, end int) []Disable {
	for at < end && isBlankByte(data[at]) {
		at++
	}
	word, mistaken := firstWord(data[at:end]), false
	if word != disableWord {
		if !meansDisable(word) {
			return nil
		}
		mistaken = true
	}
	names, reason, _ := strings.Cut(string(data[at+len(word):end]), ":")
	reason = strings.TrimSpace(reason)
	var list []Disable
	var all []span
	offset := at + len(word)
	for part := range strings.SplitSeq(names, ",") {
		if fields := strings.Fields(part); len(fields) > 0 {
			start := offset + strings.Index(part, fields[0])
			here := span{start, start + len(fields[0])}
			list = append(list, Disable{Code: fields[0], Reason: reason, Mistaken: mistaken, at: here})
			all = append(all, here)
		}
		offset += len(part) + 1
	}
	here := span{at, at + len(word)}
	if mistaken {
		return append(list, Disable{Word: word, at: here})
	}
	if list == nil {
		list = []Disable{{Reason: reason, at: here}}
	}
	for i := range list {
		list[i].beside = all
	}
	return list
}

// firstWord returns the word that the text of a comment begins with.
func firstWord(text []byte) string {
	if i := bytes.IndexAny(text, " \t:"); i >= 0 {
		text = text[:i]
	}
	return string(text)
}

// meansDisable tells whether a comment that begins with a word is meant to
// switch codes off.
func meansDisable(word string) bool {
	for _, stem := range disableStems {
		if rest, ok := strings.CutPrefix(word, stem); ok && (rest == "" || rest[0] == '-' || rest == "s" || rest == "d") {
			return true
		}
	}
	return false
}
