// Package secret says what a secret is, and holds the redactor that stands in
// every output.
//
// A [Secret] prints as [secret] through every verb and encoder; only Reveal
// gives its text. A [Redactor] is told every secret of a run and hides each of
// them, in every encoding it knows, from whatever the run writes:
//
//	r := secret.NewRedactor()
//	r.Add("input.apiKey", key.Reveal())
//	log := r.Writer(os.Stderr)
//	defer log.Close()
//
// [Lookalikes] finds text that looks like a secret though nobody declared it,
// and [Printable] makes foreign text safe to show on a terminal.
//
// What is not promised: memory is not wiped, and a secret that was changed by
// anything but the encodings listed at [Redactor] (encrypted, hashed,
// compressed, reversed, base64 twice) is not recognised, nor is a part of one,
// such as a half in each of two JSON strings.
package secret

import (
	"crypto/subtle"
	"fmt"
	"io"
	"log/slog"
)

// Mask is what stands in an output in place of a secret.
const Mask = "[secret]"

// A Secret is a text that must not be seen. Every way to print or encode it
// gives [Mask]; the zero Secret is empty, and prints the same. It is safe as
// an unexported field too, which package fmt prints without asking the type.
type Secret struct {
	// A pointer, since fmt reads unexported fields by reflection and prints a
	// pointer inside a struct as an address.
	text *string
}

// New makes a secret of text.
func New(text string) Secret { return Secret{text: &text} }

// Reveal gives the text itself. It is the only way to get it.
func (s Secret) Reveal() string {
	if s.text == nil {
		return ""
	}
	return *s.text
}

// IsZero says whether the secret is empty.
func (s Secret) IsZero() bool { return s.text == nil || *s.text == "" }

// Equal compares two secrets in a time that depends on their lengths only.
func (s Secret) Equal(t Secret) bool {
	return subtle.ConstantTimeCompare([]byte(s.Reveal()), []byte(t.Reveal())) == 1
}

// String gives [Mask].
func (s Secret) String() string { return Mask }

// GoString gives [Mask].
func (s Secret) GoString() string { return Mask }

// Format writes [Mask] for every verb and flag.
func (s Secret) Format(f fmt.State, _ rune) { _, _ = io.WriteString(f, Mask) }

// MarshalJSON gives [Mask] as a JSON string.
func (s Secret) MarshalJSON() ([]byte, error) { return []byte(`"` + Mask + `"`), nil }

// MarshalText gives [Mask]; it covers XML, YAML and flags.
func (s Secret) MarshalText() ([]byte, error) { return []byte(Mask), nil }

// LogValue gives [Mask].
func (s Secret) LogValue() slog.Value { return slog.StringValue(Mask) }
