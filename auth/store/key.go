package store

import (
	"crypto/hkdf"
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
)

// A Key seals and opens records. However it is printed, it shows nothing.
type Key struct{ bytes *[keySize]byte }

const keySize = 32

// NewKey makes a key of 32 bytes of random.
func NewKey(random io.Reader) (Key, error) {
	k := Key{new([keySize]byte)}
	if _, err := io.ReadFull(random, k.bytes[:]); err != nil {
		return Key{}, fmt.Errorf("read random bytes for a key: %w", err)
	}
	return k, nil
}

// ParseKey reads a key: 32 bytes in base64, of either alphabet, with its padding
// or without. No error shows a part of text.
func ParseKey(text string) (Key, error) {
	text = strings.TrimRight(strings.TrimSpace(text), "=")
	if text == "" {
		return Key{}, errors.New("it is empty, and must be 32 bytes in base64")
	}
	data, err := base64.RawStdEncoding.DecodeString(strings.NewReplacer("-", "+", "_", "/").Replace(text))
	switch {
	case err != nil:
		return Key{}, errors.New("it is no base64, and must be 32 bytes in base64")
	case len(data) != keySize:
		return Key{}, fmt.Errorf("it has %d bytes, and must have 32", len(data))
	}
	k := Key{(*[keySize]byte)(data)}
	if *k.bytes == [keySize]byte{} {
		return Key{}, errors.New("all its bytes are zero, which is no key")
	}
	return k, nil
}

// Text gives the key as [ParseKey] reads it.
func (k Key) Text() secret.Secret {
	if k.IsZero() {
		return secret.Secret{}
	}
	return secret.New(base64.StdEncoding.EncodeToString(k.bytes[:]))
}

// ID names the key without telling anything of it: eight hexadecimal digits.
func (k Key) ID() string {
	if k.IsZero() {
		return ""
	}
	sum := sha256.Sum256(k.derive("", "connector key id"))
	return hex.EncodeToString(sum[:4])
}

// IsZero tells whether there is no key.
func (k Key) IsZero() bool { return k.bytes == nil }

// Format hides the key.
func (k Key) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, secret.Mask) }

// MarshalText hides the key.
func (k Key) MarshalText() ([]byte, error) { return []byte(secret.Mask), nil }

// derive makes a key for one purpose (RFC 5869).
func (k Key) derive(salt, purpose string) []byte {
	derived, err := hkdf.Key(sha256.New, k.bytes[:], []byte(salt), purpose, keySize)
	if err != nil {
		panic(err) // only for a length that is too great
	}
	return derived
}
