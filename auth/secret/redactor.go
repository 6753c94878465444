package secret

import (
	"fmt"
	"io"
	"strings"
	"sync"
	"sync/atomic"
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
	mu      sync.Mutex
	known   map[string]bool
	secrets []named

	index atomic.Pointer[index] // nil when secrets were added since
}

// named is a secret as it was added.
type named struct{ name, value string }

// NewRedactor makes a redactor that knows nothing yet.
func NewRedactor() *Redactor { return &Redactor{known: map[string]bool{}} }

// Format writes nothing of what the redactor knows: package fmt follows a
// pointer to it in any struct for a verb such as %s.
func (r *Redactor) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Mask) }

// Add makes value known. Name is what [Redactor.Placehold] writes for it, such
// as input.apiKey; of several names for one value the first is used. Values
// shorter than [MinLength] are ignored.
func (r *Redactor) Add(name, value string) {
	if utf8.RuneCountInString(value) < MinLength {
		return
	}
	r.mu.Lock()
	defer r.mu.Unlock()
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
