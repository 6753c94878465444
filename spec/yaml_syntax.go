package spec

import (
	"bytes"
	"fmt"
	"io"

	"gopkg.in/yaml.v3"
)

// maxSpent bounds the bytes of one file that are parsed in all, when it is
// parsed again because something in it could be read as it was meant.
const maxSpent = 8 * MaxFileSize

// parse returns the first document of the text and the second, which should
// not be there; nil if there is none. It reports why a text cannot be read.
func (r *reader) parse() (first, second *yaml.Node) {
	for {
		first, second, err := decodeYAML(bytes.NewReader(r.text))
		switch {
		case err == nil:
			return first, second
		case err == io.EOF:
			r.empty()
			return nil, nil
		case !r.syntax(err):
			return nil, nil
		}
	}
}

// decodeYAML is the one use of the YAML library as a parser. The library
// panics on some broken input.
func decodeYAML(in io.Reader) (first, second *yaml.Node, err error) {
	defer func() {
		if p := recover(); p != nil {
			first, second, err = nil, nil, fmt.Errorf("%v", p)
		}
	}()
	d := yaml.NewDecoder(in)
	first, second = new(yaml.Node), new(yaml.Node)
	if err := d.Decode(first); err != nil {
		return nil, nil, err
	}
	switch err := d.Decode(second); err {
	case nil:
		return first, second, nil
	case io.EOF:
		return first, nil, nil
	default:
		return nil, nil, err
	}
}

// syntax reports why the YAML library refused the text. It returns true if the
// text was changed to what was meant, so that it can be parsed again.
func (r *reader) syntax(err error) bool {
	f, tokens, i := locate(r.text)
	if f == nil {
		f = &fault{at: r.consumed(), message: "this is no YAML", hint: "put text with special characters in quotes"}
	}
	r.spent += len(r.text)
	if start, flow, by, ok := cutToken(r.text, f, tokens, i); ok {
		_, mended := r.cut(start, flow, by, "")
		return mended && r.spent < maxSpent
	}
	line := r.placeOf(f.at.start).line
	for _, d := range r.found {
		if d.Line == line && d.Severity == Error && d.Code != cutInterpolation {
			return false // what was masked there may be to blame
		}
	}
	switch {
	case f.tab:
		r.tabs(f.at.start)
	case f.code != "":
		r.report(f.code, f.at, f.message, f.hint)
	case f.mended != nil:
		r.mendable(f)
	default:
		r.report("yaml-syntax", f.at, f.message, f.hint)
	}
	return false
}

// cutToken tells whether a fault comes from an interpolation in a plain
// scalar, where that starts, and by what it was cut.
func cutToken(text []byte, f *fault, tokens []token, i int) (start int, flow bool, by string, ok bool) {
	for i--; i >= 0 && tokens[i].end == tokens[i].start; i-- {
	}
	if i < 0 || tokens[i].kind != tokScalar || tokens[i].style != Plain {
		return 0, false, "", false
	}
	t := tokens[i]
	switch {
	case f.colon && openInterpolation(text[t.start:t.end]) >= 0:
		return t.start, false, ":", true
	case t.end < len(text) && text[t.end] == '{' && t.end > t.start && text[t.end-1] == '$':
		return t.start, true, "{", true
	}
	return 0, false, "", false
}

// consumed returns about where the YAML library gave up: it reads single bytes
// and not far ahead.
func (r *reader) consumed() span {
	in := &byteReader{text: r.text}
	decodeYAML(in)
	return span{max(in.at-1, 0), in.at}
}

// A byteReader hands out text byte by byte.
type byteReader struct {
	text []byte
	at   int
}

func (b *byteReader) Read(p []byte) (int, error) {
	if b.at == len(b.text) || len(p) == 0 {
		return 0, io.EOF
	}
	p[0] = b.text[b.at]
	b.at++
	return 1, nil
}

// tabs reports the line of an offset, which a tab indents, and the lines after
// it for which that is the next thing wrong once it is mended above. The fix
// makes every tab two blanks, if all of the file is YAML then.
func (r *reader) tabs(at int) {
	var found []span
	certain := true
	text := r.text
	for f := (&fault{tab: true, at: span{at, at}}); f != nil && f.tab && len(found) < MaxDiagnostics && r.spent < maxSpent; f, _, _ = locate(text) {
		line := len(indexPlaces(text[:f.at.start]).lines)
		tab := r.tabSpan(line)
		if len(found) > 0 && tab.start <= found[len(found)-1].start {
			break
		}
		certain = certain && tab.start == r.offsetOf(place{line, 1})
		found = append(found, tab)
		text = r.untabbed(found)
		r.spent += len(text)
	}
	if certain {
		_, second, err := decodeYAML(bytes.NewReader(text))
		certain = err == nil && second == nil
	}
	for _, at := range found {
		message := "a tab indents this line"
		if r.emptyFrom(at.end) {
			message = "a tab stands in this empty line"
		}
		d := r.report("tab-indentation", at, message, "indent with blanks")
		if certain {
			d.Fix = &Fix{Title: "indent with blanks", Edits: []Edit{r.edit(at, r.untab(at))}}
		}
	}
}

// tabSpan returns the indentation of a line from its first tab on.
func (r *reader) tabSpan(line int) span {
	start := r.offsetOf(place{line, 1})
	end := start
	for end < len(r.text) && isBlankByte(r.text[end]) {
		end++
	}
	return span{start + max(bytes.IndexByte(r.text[start:end], '\t'), 0), end}
}

// emptyFrom tells whether a line ends at an offset.
func (r *reader) emptyFrom(at int) bool { return at == len(r.text) || isLineBreak(r.text[at]) }

// untab returns indentation with two blanks for each tab, and nothing if the
// line is empty otherwise.
func (r *reader) untab(at span) string {
	if r.emptyFrom(at.end) {
		return ""
	}
	return string(bytes.ReplaceAll(r.text[at.start:at.end], []byte("\t"), []byte("  ")))
}

// untabbed returns the text with blanks for the tabs of spans.
func (r *reader) untabbed(spans []span) []byte {
	b := make([]byte, 0, len(r.text)+2*len(spans))
	last := 0
	for _, at := range spans {
		b = append(append(b, r.text[last:at.start]...), r.untab(at)...)
		last = at.end
	}
	return append(b, r.text[last:]...)
}
