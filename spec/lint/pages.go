package lint

import (
	"embed"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

// A Page explains one code. Codes never change their meaning.
type Page struct {
	Code    string
	Summary string // one sentence
	Reason  string // paragraphs; may be empty
	// Flags are those of the command line that the example needs.
	Flags string
	// Bad is a connector about which the code is said, Output what is said, and
	// Good the same connector, mended. Files are sorted as the page has them,
	// the spec first.
	Bad, Good []File
	Output    string
}

// A File is a file of an example.
type File struct {
	Name string
	Data []byte

	written []byte // in an escaped form; nil if that is Data itself
}

// IsEscaped tells whether the file holds what a page cannot, and is written
// there with escapes.
func (f File) IsEscaped() bool { return f.written != nil }

// Written returns the file as its page has it: escaped, if it holds what a page
// cannot.
func (f File) Written() string {
	if f.written != nil {
		return string(f.written)
	}
	return string(f.Data)
}

//go:embed pages/*.txtar
var pageFiles embed.FS

// Codes lists the codes of all diagnostics, sorted.
func Codes() []string {
	entries, err := pageFiles.ReadDir("pages")
	if err != nil {
		panic(err)
	}
	codes := make([]string, len(entries))
	for i, e := range entries {
		codes[i] = strings.TrimSuffix(e.Name(), ".txtar")
	}
	slices.Sort(codes)
	return codes
}

// PageOf returns the page of a code; false if there is no such code.
func PageOf(code string) (Page, bool) {
	data, err := pageFiles.ReadFile("pages/" + code + ".txtar")
	if err != nil {
		return Page{}, false
	}
	return ParsePage(code, data), true
}

// Pages returns the pages of all codes, by code.
func Pages() []Page {
	var pages []Page
	for _, code := range Codes() {
		p, _ := PageOf(code)
		pages = append(pages, p)
	}
	return pages
}

// ParsePage reads a page from its archive: the summary and the reason stand
// before the first file; then flags, the files of bad/, output and the files of
// good/.
func ParsePage(code string, data []byte) Page {
	archive := txtar.Parse(data)
	summary, reason, _ := strings.Cut(strings.TrimSpace(string(archive.Comment)), "\n\n")
	p := Page{Code: code, Summary: strings.ReplaceAll(summary, "\n", " "), Reason: strings.TrimSpace(reason)}
	for _, f := range archive.Files {
		name, escaped := strings.CutSuffix(f.Name, " escaped")
		file := File{Data: f.Data}
		if escaped {
			file.Data, file.written = unescape(f.Data), f.Data
		}
		switch side, rest, _ := strings.Cut(name, "/"); {
		case name == "flags":
			p.Flags = strings.TrimSpace(string(f.Data))
		case name == "output":
			p.Output = string(f.Data)
		case side == "bad":
			file.Name = rest
			p.Bad = append(p.Bad, file)
		case side == "good":
			file.Name = rest
			p.Good = append(p.Good, file)
		default:
			panic(fmt.Sprintf("page %s: a file called %s", code, f.Name))
		}
	}
	return p
}

// unescape returns the bytes that an escaped file stands for: in it, a
// backslash begins an escape as in Go, and a line "\repeat N TEXT" stands for
// N times TEXT, in which \n ends a line.
func unescape(data []byte) []byte {
	var b strings.Builder
	for line := range strings.Lines(string(data)) {
		text, times, end := strings.TrimSuffix(line, "\n"), 1, "\n"
		if rest, ok := strings.CutPrefix(text, `\repeat `); ok {
			number, repeated, _ := strings.Cut(rest, " ")
			n, err := strconv.Atoi(number)
			if err != nil {
				panic(err)
			}
			text, times, end = repeated, n, ""
		}
		text, err := strconv.Unquote(`"` + strings.ReplaceAll(text, `"`, `\"`) + `"`)
		if err != nil {
			panic(fmt.Sprintf("%q: %v", line, err))
		}
		b.WriteString(strings.Repeat(text, times) + end)
	}
	return []byte(b.String())
}
