package script

import (
	"bytes"
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"hash"
	"math/rand/v2"
	"net/url"
	"strings"
	"unicode/utf8"
)

// natives are the functions of the runtime that are written in Go. They reach
// nothing of the world. Bytes go in and out as Base64.
type natives struct{ random *rand.ChaCha8 }

func newNatives(seed []byte) *natives {
	return &natives{rand.NewChaCha8(sha256.Sum256(seed))}
}

// digests are the hash functions by the names that the runtime gives them.
var digests = map[string]func() hash.Hash{
	"md5": md5.New, "sha1": sha1.New, "sha256": sha256.New, "sha384": sha512.New384, "sha512": sha512.New,
}

func (n *natives) call(what string, args []any) (any, error) {
	text := func(i int) string { return textOf(args, i) }
	switch what {
	case "random":
		return float64(n.random.Uint64()>>11) / (1 << 53), nil
	case "randomBytes":
		size, _ := args[0].(int)
		b := make([]byte, min(max(size, 0), 1<<16))
		_, _ = n.random.Read(b)
		return encodeBytes(b), nil
	case "encode":
		return encodeBytes([]byte(text(0))), nil
	case "decode", "decodeStrictly", "latin1":
		b, err := decodeBytes(text(0))
		if err != nil {
			return nil, err
		}
		return decodeText(what, b)
	case "digest":
		return digestOf(text(0), text(1))
	case "hmac":
		return hmacOf(text(0), text(1), text(2))
	case "btoa":
		return btoa(text(0))
	case "atob":
		return atob(text(0))
	case "unescape":
		return strings.ToValidUTF8(unescapePercent(text(0)), "\ufffd"), nil
	case "url":
		return urlOf(text(0), text(1))
	}
	return nil, fmt.Errorf("the host has no %q", what)
}

func encodeBytes(b []byte) string { return base64.StdEncoding.EncodeToString(b) }

func decodeBytes(text string) ([]byte, error) { return base64.StdEncoding.DecodeString(text) }

// decodeText makes text of bytes.
func decodeText(how string, b []byte) (any, error) {
	switch {
	case how == "latin1":
		var s strings.Builder
		for _, c := range b {
			s.WriteRune(rune(c))
		}
		return s.String(), nil
	case how == "decodeStrictly" && !utf8.Valid(b):
		return nil, errors.New("the bytes are not UTF-8")
	}
	return string(bytes.ToValidUTF8(b, []byte("\ufffd"))), nil
}

func digestOf(name, data string) (any, error) {
	b, err := decodeBytes(data)
	if err != nil || digests[name] == nil {
		return nil, fmt.Errorf("no digest %q of this", name)
	}
	h := digests[name]()
	h.Write(b)
	return encodeBytes(h.Sum(nil)), nil
}

func hmacOf(name, key, data string) (any, error) {
	k, err := decodeBytes(key)
	b, err2 := decodeBytes(data)
	if err != nil || err2 != nil || digests[name] == nil {
		return nil, fmt.Errorf("no HMAC with %q of this", name)
	}
	h := hmac.New(digests[name], k)
	h.Write(b)
	return encodeBytes(h.Sum(nil)), nil
}

// btoa encodes a text whose characters are bytes.
func btoa(text string) (any, error) {
	b := make([]byte, 0, len(text))
	for _, r := range text {
		if r > 255 {
			return nil, errors.New("btoa encodes characters up to U+00FF only; Buffer.from(text).toString('base64') encodes any text")
		}
		b = append(b, byte(r))
	}
	return encodeBytes(b), nil
}

// atob is the inverse of btoa. It is forgiving as the HTML standard says: with
// white space and without padding.
func atob(text string) (any, error) {
	text = strings.Map(func(r rune) rune {
		if strings.ContainsRune(" \t\n\f\r", r) {
			return -1
		}
		return r
	}, text)
	if len(text)%4 == 0 {
		text = strings.TrimSuffix(strings.TrimSuffix(text, "="), "=")
	}
	b, err := base64.RawStdEncoding.DecodeString(text)
	if err != nil {
		return nil, errors.New("the text is not Base64")
	}
	return decodeText("latin1", b)
}

// unescapePercent decodes percent escapes and leaves what is none.
func unescapePercent(text string) string {
	if !strings.Contains(text, "%") {
		return text
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) {
			if s, err := url.PathUnescape(text[i : i+3]); err == nil {
				b.WriteString(s)
				i += 2
				continue
			}
		}
		b.WriteByte(text[i])
	}
	return b.String()
}

// urlOf takes a URL apart; nil if it is none.
func urlOf(text, base string) (any, error) {
	u, ok := parseURL(text, base)
	if !ok {
		return nil, nil
	}
	data, err := json.Marshal(u)
	return string(data), err
}
