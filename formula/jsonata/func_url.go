package jsonata

import (
	"encoding/base64"
	"strings"
	"unicode/utf8"
)

const (
	// unreserved characters stand for themselves in every part of a URL,
	// besides letters and digits.
	unreserved = "-_.!~*'()"
	// reserved characters give a URL its structure.
	reserved = ";/?:@&=+$,#"
)

const hexDigits = "0123456789ABCDEF"

// encodeText percent-encodes s except for the characters of keep.
func encodeText(c *call, args []any, keep, name string) (any, error) {
	s, ok, err := textArg(args, 0)
	if !ok {
		return Undefined{}, err
	}
	if err := c.text(3 * len(s)); err != nil {
		return nil, err
	}
	var b strings.Builder
	for len(s) > 0 {
		r, size := decode(s)
		if r >= 0xD800 && r <= 0xDFFF {
			return nil, malformed(name, argument(args, 0))
		}
		if r < utf8.RuneSelf && (isAlphanumeric(byte(r)) || strings.IndexByte(keep, byte(r)) >= 0) {
			b.WriteByte(byte(r))
		} else {
			for _, octet := range []byte(string(r)) {
				b.Write([]byte{'%', hexDigits[octet>>4], hexDigits[octet&15]})
			}
		}
		s = s[size:]
	}
	return b.String(), nil
}

func isAlphanumeric(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'A' && c <= 'Z' || c >= 'a' && c <= 'z'
}

func malformed(name string, value any) error {
	err := failValue("D3140", value)
	err.Token = name
	return err
}

// decodeText undoes percent-encoding except for the characters of keep.
func decodeText(c *call, args []any, keep, name string) (any, error) {
	s, ok, err := textArg(args, 0)
	if !ok {
		return Undefined{}, err
	}
	if err := c.text(len(s)); err != nil {
		return nil, err
	}
	var b strings.Builder
	for i := 0; i < len(s); {
		if s[i] != '%' {
			b.WriteByte(s[i])
			i++
			continue
		}
		octets, ok := escapedOctets(s[i:])
		if !ok {
			return nil, malformed(name, argument(args, 0))
		}
		end := i + 3*len(octets)
		if len(octets) == 1 && strings.IndexByte(keep, octets[0]) >= 0 {
			b.WriteString(s[i:end])
		} else {
			b.Write(octets)
		}
		i = end
	}
	return b.String(), nil
}

// escapedOctets reads the escapes that make up one character.
func escapedOctets(s string) ([]byte, bool) {
	var octets []byte
	want := 1
	for len(octets) < want {
		if len(s) < 3 || s[0] != '%' {
			return nil, false
		}
		high, low := strings.IndexByte(hexDigits, upperHex(s[1])), strings.IndexByte(hexDigits, upperHex(s[2]))
		if high < 0 || low < 0 {
			return nil, false
		}
		octet := byte(high<<4 | low)
		if len(octets) == 0 {
			switch {
			case octet >= 0xF0:
				want = 4
			case octet >= 0xE0:
				want = 3
			case octet >= 0x80:
				want = 2
			}
		}
		octets = append(octets, octet)
		s = s[3:]
	}
	return octets, utf8.Valid(octets)
}

func upperHex(c byte) byte {
	if c >= 'a' && c <= 'f' {
		return c - 'a' + 'A'
	}
	return c
}

func fnEncodeURLComponent(c *call, args []any) (any, error) {
	return encodeText(c, args, unreserved, "encodeUrlComponent")
}

func fnEncodeURL(c *call, args []any) (any, error) {
	return encodeText(c, args, unreserved+reserved, "encodeUrl")
}

func fnDecodeURLComponent(c *call, args []any) (any, error) {
	return decodeText(c, args, "", "decodeUrlComponent")
}

func fnDecodeURL(c *call, args []any) (any, error) {
	return decodeText(c, args, reserved, "decodeUrl")
}

// fnBase64Encode takes the low byte of each UTF-16 unit.
func fnBase64Encode(c *call, args []any) (any, error) {
	s, ok, err := textArg(args, 0)
	if !ok {
		return Undefined{}, err
	}
	if err := c.text(4 * len(s)); err != nil {
		return nil, err
	}
	octets := make([]byte, 0, len(s))
	for _, u := range units(s) {
		octets = append(octets, byte(u))
	}
	return base64.StdEncoding.EncodeToString(octets), nil
}

// fnBase64Decode makes a character of each byte. It looks at the low byte of
// each UTF-16 unit, reads both alphabets, skips what belongs to neither and ends
// at the padding.
func fnBase64Decode(c *call, args []any) (any, error) {
	s, ok, err := textArg(args, 0)
	if !ok {
		return Undefined{}, err
	}
	if err := c.text(3 * len(s)); err != nil {
		return nil, err
	}
	digits := make([]byte, 0, len(s))
scan:
	for _, u := range units(s) {
		switch d := byte(u); {
		case isAlphanumeric(d) || d == '+' || d == '/':
			digits = append(digits, d)
		case d == '-':
			digits = append(digits, '+')
		case d == '_':
			digits = append(digits, '/')
		case d == '=':
			break scan
		}
	}
	if len(digits)%4 == 1 {
		digits = digits[:len(digits)-1]
	}
	octets, err := base64.RawStdEncoding.DecodeString(string(digits))
	if err != nil {
		return nil, wrongKind(s)
	}
	var b strings.Builder
	for _, octet := range octets {
		b.WriteRune(rune(octet))
	}
	return b.String(), nil
}
