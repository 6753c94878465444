package spec

import (
	"bytes"
	"fmt"
	"unicode/utf8"
)

const utf8BOM = "\xef\xbb\xbf"

// A byteClass says what the scan of the raw bytes has to do at a byte.
type byteClass uint8

const (
	byteFine byteClass = iota
	byteControl
	byteReturn
	byteTag   // may start a tag
	byteMulti // starts or continues a code point of several bytes
)

// byteClasses tells nearly all bytes of nearly all files to be fine.
var byteClasses = func() (classes [256]byteClass) {
	for c := range classes {
		switch {
		case c == '\t' || c == '\n':
		case c == '\r':
			classes[c] = byteReturn
		case c < ' ' || c == 0x7f:
			classes[c] = byteControl
		case c == '!':
			classes[c] = byteTag
		case c >= utf8.RuneSelf:
			classes[c] = byteMulti
		}
	}
	return classes
}()

// prescan reports what is wrong with the bytes of a file before they are read
// as YAML, and masks what the YAML library would stumble over or take for the
// end of a line. It returns false if there is no use in reading on.
func (r *reader) prescan() bool {
	if len(r.data) > MaxFileSize {
		d := r.report("file-too-large", span{}, fmt.Sprintf("the file is larger than %d MiB", MaxFileSize>>20),
			"keep what says how to authenticate, and move the rest to files of its own")
		d.Text = "" // its first line may be anything
		return false
	}
	if encoding := wideEncoding(r.data); encoding != "" && r.bom == 0 {
		r.report("not-utf8", span{}, fmt.Sprintf("the file is written in %s, not in UTF-8", encoding), "save it as UTF-8")
		return false
	}
	if r.bom > 0 {
		d := r.report("byte-order-mark", span{}, "the file starts with a byte order mark", "save it as UTF-8 without one")
		d.Severity = Warning
		d.Fix = &Fix{Title: "remove the byte order mark", Edits: []Edit{{Start: 0, End: r.bom}}}
	}
	r.directives()
	var returns []int
	invalid := span{-1, 0}
	for i := 0; i < len(r.data); {
		switch byteClasses[r.data[i]] {
		case byteFine:
			i++
		case byteTag:
			r.tags = r.tags || i == 0 || bytes.IndexByte([]byte(" \t\r\n[{,"), r.data[i-1]) >= 0
			i++
		case byteReturn:
			if i+1 == len(r.data) || r.data[i+1] != '\n' {
				returns = append(returns, i)
			}
			i++
		case byteControl:
			r.control(i, rune(r.data[i]), 1)
			i++
		case byteMulti:
			c, width := utf8.DecodeRune(r.data[i:])
			if c == utf8.RuneError && width == 1 {
				if invalid.start < 0 {
					invalid.start = i
				}
				invalid.end++ // counts them
				r.mask(i, width)
			} else {
				r.wide(i, c, width)
			}
			i += width
		}
	}
	r.returns(returns)
	r.invalid(invalid.start, invalid.end)
	return true
}

// wideEncoding names the encoding of data if it is one of two or four bytes a
// character, going by the byte order mark or by zero bytes at the start.
func wideEncoding(data []byte) string {
	start := data[:min(len(data), 4)]
	switch {
	case bytes.HasPrefix(start, []byte{0xff, 0xfe, 0, 0}), bytes.HasPrefix(start, []byte{0, 0, 0xfe, 0xff}):
		return "UTF-32"
	case bytes.HasPrefix(start, []byte{0xff, 0xfe}), bytes.HasPrefix(start, []byte{0xfe, 0xff}):
		return "UTF-16"
	case len(start) < 4:
		return ""
	case start[0] == 0 && start[1] == 0 && start[2] == 0 && start[3] != 0, start[0] != 0 && start[1] == 0 && start[2] == 0 && start[3] == 0:
		return "UTF-32"
	case start[0] == 0 && start[1] != 0 && start[2] == 0 && start[3] != 0, start[0] != 0 && start[1] == 0 && start[2] != 0 && start[3] == 0:
		return "UTF-16"
	}
	return ""
}

// mask hides width bytes from the YAML library, by one code point where there
// was one.
func (r *reader) mask(at, width int) {
	if len(r.data) > 0 && &r.text[0] == &r.data[0] {
		r.text = bytes.Clone(r.data)
	}
	copy(r.text[at:at+width], [...]string{"", "_", "\u00a1", "\ufffd"}[width])
}

// control reports a character that YAML does not allow.
func (r *reader) control(at int, c rune, width int) {
	r.report("control-character", span{at, at + width}, fmt.Sprintf("character %q cannot be seen and is not allowed", codePoint(c)),
		fmt.Sprintf("remove it, or write it as %s in double quotes if it is meant", escapeRune(c)))
	r.mask(at, width)
}

// codePoint writes c as U+0007.
func codePoint(c rune) string { return fmt.Sprintf("U+%04X", c) }

// escapeRune writes c as a YAML escape.
func escapeRune(c rune) string {
	if c > 0xffff {
		return fmt.Sprintf(`\U%08X`, c)
	}
	return fmt.Sprintf(`\u%04X`, c)
}

// A runeTrouble says why a code point of several bytes must not stand in a
// file.
type runeTrouble uint8

const (
	runeFine runeTrouble = iota
	runeBreak
	runeControl
	runeBidi
	runeBOM
)

// troubleOf tells whether a code point of several bytes may stand in a file.
func troubleOf(c rune) runeTrouble {
	switch {
	case c == 0x85 || c == 0x2028 || c == 0x2029:
		return runeBreak
	case c < 0xa0 || c == 0xfffe || c == 0xffff:
		return runeControl
	case c >= 0x202a && c <= 0x202e || c >= 0x2066 && c <= 0x2069:
		return runeBidi
	case c == 0xfeff:
		return runeBOM
	}
	return runeFine
}

// wide checks a code point of several bytes.
func (r *reader) wide(at int, c rune, width int) {
	here := span{at, at + width}
	switch troubleOf(c) {
	case runeBreak:
		d := r.report("line-break", here, fmt.Sprintf("character %q ends a line for some YAML readers and not for others", codePoint(c)),
			fmt.Sprintf("replace it by a blank, or write it as %s in double quotes if it is meant", escapeRune(c)))
		d.Fix = &Fix{Title: "replace it by a blank", Edits: []Edit{r.edit(here, " ")}}
		r.mask(at, width)
	case runeControl:
		r.control(at, c, width)
	case runeBidi:
		r.report("bidi-control", here, fmt.Sprintf("invisible character %q makes text look other than it is read", codePoint(c)),
			fmt.Sprintf("remove it, or write it as %s in double quotes if it is meant", escapeRune(c)))
	case runeBOM:
		d := r.report("byte-order-mark", here, "an invisible byte order mark stands within the file", "remove it")
		d.Fix = &Fix{Title: "remove the byte order mark", Edits: []Edit{r.edit(here, "")}}
		r.mask(at, width)
	}
}

// maxReturnEdits bounds the edits of the one fix for lines that end with CR.
const maxReturnEdits = 10_000

// returns reports lines that end with CR alone: once, since a file that has one
// mostly has nothing else.
func (r *reader) returns(at []int) {
	if len(at) == 0 {
		return
	}
	d := r.report("line-break", span{at[0], at[0]}, fmt.Sprintf("%s with a carriage return alone", plural(len(at), "line ends", "lines end")),
		"end lines with a line feed")
	if len(at) > maxReturnEdits {
		return
	}
	d.Fix = &Fix{Title: "end lines with a line feed"}
	for _, i := range at {
		d.Fix.Edits = append(d.Fix.Edits, r.edit(span{i, i + 1}, "\n"))
	}
}

// invalid reports bytes that are no UTF-8: once, since they mostly come from
// one wrong encoding.
func (r *reader) invalid(first, count int) {
	if count == 0 {
		return
	}
	message := fmt.Sprintf("byte \"0x%02X\" is not UTF-8", r.data[first])
	if count > 1 {
		message += fmt.Sprintf(", and %s", plural(count-1, "more is not", "more are not"))
	}
	hint := "save the file as UTF-8"
	if r.data[first] >= 0xa0 {
		hint += "; it looks like Latin-1 or Windows-1252"
	}
	r.report("not-utf8", span{first, first + 1}, message, hint)
}

// plural returns a number with the words that fit it.
func plural(n int, one, many string) string {
	if n == 1 {
		return "1 " + one
	}
	return fmt.Sprintf("%d %s", n, many)
}

// directives reports the %YAML and %TAG lines at the top of the file, and
// turns them into comments, so that the rest can be read.
func (r *reader) directives() {
	for at := 0; at < len(r.data); {
		end := r.lineEnd(at)
		switch line := bytes.TrimLeft(r.data[at:end], " \t"); {
		case r.data[at] == '%':
			r.report("yaml-directive", span{at, at + len(bytes.TrimRight(r.data[at:end], " \t"))},
				fmt.Sprintf("directive %q is not allowed", bytes.Fields(r.data[at:end])[0]), "remove the line")
			r.mask(at, 1)
			r.text[at] = '#'
		case len(line) > 0 && line[0] != '#':
			return
		}
		if at = end; at < len(r.data) {
			at = (&scalarTrace{text: r.data}).afterBreak(at)
		}
	}
}
