package secret

import (
	"cmp"
	"fmt"
	"io"
	"maps"
	"slices"
	"strings"
	"sync"
	"sync/atomic"
	"unicode"
	"unicode/utf8"
)

// MinLength is the length, in characters, from which a secret is recognised
// by its value. A shorter one would be found everywhere; whoever writes it
// hides it by its place.
const MinLength = 6

// A Redactor knows every secret of a run by value and finds it in all its
// encodings:
//
//   - as it is, and escaped for URLs (query and path, either case of hex
//     digits, up to three times over), JSON and JavaScript strings (also JSON
//     inside JSON), and HTML, whole or character by character, in any mixture
//   - base64, standard and URL alphabet, padded or not, wrapped or not, also
//     inside the base64 of a longer text such as user:secret, of the secret
//     or of its URL or JSON form
//   - hexadecimal, in either case
//
// In base64 of a longer text, up to four bits of the secret's first and last
// byte stand in characters shared with the neighbours, and stay.
//
// It is safe for concurrent use. Secrets may be added at any time and are
// hidden from then on.
type Redactor struct {
	parent *Redactor // is told what this one is; nil without one

	mu      sync.Mutex
	known   map[string]bool
	short   map[string]bool
	secrets []named

	index atomic.Pointer[index] // nil when secrets were added since
}

// named is a secret as it was added.
type named struct{ name, value string }

// NewRedactor makes a redactor that knows nothing yet.
func NewRedactor() *Redactor { return &Redactor{known: map[string]bool{}, short: map[string]bool{}} }

// Child makes a redactor for one of several runs at once. It knows what r knows
// now, and r is told whatever it is told. So a run has names of its own for its
// secrets, and an output that all runs share hides those of all.
func (r *Redactor) Child() *Redactor {
	r.mu.Lock()
	defer r.mu.Unlock()
	return &Redactor{parent: r, known: maps.Clone(r.known), short: maps.Clone(r.short), secrets: slices.Clone(r.secrets)}
}

// Format writes nothing of what the redactor knows: package fmt follows a
// pointer to it in any struct for a verb such as %s.
func (r *Redactor) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Mask) }

// Add makes value known. Name is what [Redactor.Placehold] writes for it, such
// as input.apiKey; of several names for one value the first is used. Values
// shorter than [MinLength] are hidden by [Redactor.RedactWords] alone.
func (r *Redactor) Add(name, value string) {
	if r.parent != nil {
		r.parent.Add(name, value)
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	if utf8.RuneCountInString(value) < MinLength {
		if value != "" {
			r.short[value] = true
		}
		return
	}
	if r.known[value] {
		return
	}
	r.known[value] = true
	r.secrets = append(r.secrets, named{name, value})
	for _, other := range misread(value) {
		r.secrets = append(r.secrets, named{name, other})
	}
	r.index.Store(nil)
}

// misread returns what a value becomes where UTF-8 is taken for Latin-1, as HTTP
// servers take headers, or Latin-1 is what is encoded, as by JavaScript's btoa.
func misread(value string) []string {
	var read, written []byte
	narrow := true
	for _, r := range value {
		narrow = narrow && r <= 0xff
		written = append(written, byte(r))
	}
	if narrow && len(written) == len(value) {
		return nil // it is ASCII
	}
	for i := range len(value) {
		read = utf8.AppendRune(read, rune(value[i]))
	}
	if !narrow {
		return []string{string(read)}
	}
	return []string{string(read), string(written)}
}

// RedactWords does what Redact does, and hides secrets shorter than [MinLength],
// too, where they stand as words of their own.
func (r *Redactor) RedactWords(text string) string {
	text = r.Redact(text)
	r.mu.Lock()
	short := slices.SortedFunc(maps.Keys(r.short), func(a, b string) int { return cmp.Or(cmp.Compare(len(b), len(a)), cmp.Compare(a, b)) })
	r.mu.Unlock()
	for _, value := range short {
		text = replaceWord(text, value)
	}
	return text
}

// replaceWord writes Mask in place of a word, but where it is next to a letter or
// a digit.
func replaceWord(text, word string) string {
	var b strings.Builder
	at := 0
	for {
		i := strings.Index(text[at:], word)
		if i < 0 {
			break
		}
		from := at + i
		to := from + len(word)
		before, _ := utf8.DecodeLastRuneInString(text[:from])
		after, _ := utf8.DecodeRuneInString(text[to:])
		b.WriteString(text[at:from])
		if part := text[from:to]; unicode.IsLetter(before) || unicode.IsDigit(before) || unicode.IsLetter(after) || unicode.IsDigit(after) {
			b.WriteString(part)
		} else {
			b.WriteString(Mask)
		}
		at = to
	}
	return b.String() + text[at:]
}

// Redact gives text with [Mask] in place of each secret. Secrets that overlap
// become one mask.
func (r *Redactor) Redact(text string) string {
	return replace(text, r.patterns().scan(text, true).spans, mask)
}

// Placehold gives text with {{name}} in place of each secret. Of secrets that
// overlap the longest gives the name. A secret without a name becomes
// {{secret}}.
func (r *Redactor) Placehold(text string) string {
	x := r.patterns()
	return replace(text, x.scan(text, true).spans, func(s span) string {
		return placeholder(x.patterns[s.pattern].name)
	})
}

// Find lists the secrets in data in the order of their places. What stands
// wholly inside a [Mask] or a placeholder of this redactor is not one.
func (r *Redactor) Find(data []byte) []Match {
	x := r.patterns()
	text := string(data)
	spans := x.scan(text, true).spans
	if len(spans) == 0 {
		return nil
	}
	var found []Match
	for _, s := range spans {
		if x.written(text, s) {
			continue
		}
		p := &x.patterns[s.pattern]
		found = append(found, Match{Name: p.name, Encoding: p.encodingOf(text[s.start:s.end]), Start: s.start, End: s.end})
	}
	return found
}

// A Match is a place in a text where a secret stands. It never holds the
// secret's value.
type Match struct {
	Name       string // as given to Add; of a look-alike its kind, such as github-token
	Encoding   string // text, escaped, base64 or hex; empty for a look-alike
	Start, End int    // byte offsets
}

// patterns gives the index of all secrets, and builds it if it is stale.
func (r *Redactor) patterns() *index {
	if x := r.index.Load(); x != nil {
		return x
	}
	r.mu.Lock()
	defer r.mu.Unlock()
	x := r.index.Load()
	if x == nil {
		x = newIndex(r.secrets)
		r.index.Store(x)
	}
	return x
}

func placeholder(name string) string {
	if name == "" {
		name = "secret"
	}
	return "{{" + name + "}}"
}

func mask(span) string { return Mask }

// replace gives text with what is written for each span in its place.
func replace(text string, spans []span, written func(span) string) string {
	if len(spans) == 0 {
		return text
	}
	var b strings.Builder
	b.Grow(len(text))
	last := 0
	for _, s := range spans {
		b.WriteString(text[last:s.start])
		b.WriteString(written(s))
		last = s.end
	}
	b.WriteString(text[last:])
	return b.String()
}

// written says whether a span stands wholly inside a mask or a placeholder:
// the value of a secret may be a part of these words, such as "password" of
// {{input.password}}.
func (x *index) written(text string, s span) bool {
	inside := func(word string) bool {
		from := max(0, s.start-len(word))
		to := min(len(text), s.end+len(word))
		for at := from; at <= s.start; at++ {
			if at+len(word) >= s.end && at+len(word) <= to && text[at:at+len(word)] == word {
				return true
			}
		}
		return false
	}
	if inside(Mask) {
		return true
	}
	for _, name := range x.names {
		if inside(placeholder(name)) {
			return true
		}
	}
	return false
}
