package formula

import (
	"crypto/hmac"
	"crypto/md5"
	"crypto/sha1"
	"crypto/sha256"
	"crypto/sha512"
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"hash"
	"net/url"
	"strings"
	"unicode/utf8"
)

// An encoding writes bytes in other characters.
type encoding uint8

const (
	asBase64 encoding = iota
	asBase64URL
	asHex
)

func (e encoding) append(b, src []byte) []byte {
	switch e {
	case asBase64:
		return base64.StdEncoding.AppendEncode(b, src)
	case asBase64URL:
		return base64.RawURLEncoding.AppendEncode(b, src)
	default:
		return hex.AppendEncode(b, src)
	}
}

// encoded returns a function that writes text or bytes in an encoding.
func encoded(name, summary, in, want string, e encoding) ExprFunc {
	return ExprFunc{
		Name: name, Args: "text or bytes", Summary: summary, min: 1, max: 1,
		takes: []kinds{ofText | ofBytes}, gives: textType,
		Examples: []Example{{In: in, Want: want}},
		one: func(f *frame, v Value) (Value, error) {
			s, err := binaryOf(v)
			if err == nil && len(s) > maxOutput {
				err = errOutput
			}
			if err != nil {
				return Undefined, err
			}
			var buf [128]byte
			b := e.append(buf[:0], []byte(s))
			return String(string(b)), f.build(len(b))
		},
	}
}

var (
	base64Func    = encoded("base64", "text or bytes in base64", `base64("ann:secret")`, `"YW5uOnNlY3JldA=="`, asBase64)
	base64urlFunc = encoded("base64url", "text or bytes in base64 for URLs, without padding", `base64url(sha256("verifier"))`, `"iMnq5o6zALKXGivsnlom_0F5_WYda32GHkxlV7mq7hQ"`, asBase64URL)
	hexFunc       = encoded("hex", "text or bytes in lower-case hexadecimal digits", `hex("né")`, `"6ec3a9"`, asHex)
)

var urlEncodeFunc = changed("urlEncode", "the text percent-encoded for any part of a URL (RFC 3986)", `urlEncode("a b&c/d")`, `"a%20b%26c%2Fd"`, percentEncode)

// percentEncode encodes all but the unreserved characters of RFC 3986, 2.3.
func percentEncode(s string) string {
	return strings.ReplaceAll(url.QueryEscape(s), "+", "%20")
}

var fromBase64Func = ExprFunc{
	Name: "fromBase64", Args: "text", Summary: "what is written in base64, of either alphabet: text, or bytes if it is none", min: 1, max: 1,
	takes: []kinds{ofText}, gives: textOrBytes,
	Examples: []Example{{In: `fromBase64("YW5u")`, Want: `"ann"`}},
	one: func(f *frame, v Value) (Value, error) {
		s, err := textOf(v, "its argument")
		if err == nil {
			err = f.build(len(s))
		}
		if err != nil {
			return Undefined, err
		}
		encoding := base64.RawStdEncoding
		if strings.ContainsAny(s, "-_") {
			encoding = base64.RawURLEncoding
		}
		b, err := encoding.DecodeString(strings.TrimRight(s, "="))
		switch {
		case err != nil:
			return Undefined, errors.New("the text is not base64")
		case !utf8.Valid(b):
			return Bytes(b), nil
		}
		return String(string(b)), nil
	},
}

// An algorithm is a hash by the name that expressions know it by.
type algorithm struct {
	name string
	hash func() hash.Hash
}

// algorithms lists the hashes of hmac.
var algorithms = []algorithm{
	{"md5", md5.New},
	{"sha1", sha1.New},
	{"sha256", sha256.New},
	{"sha384", sha512.New384},
	{"sha512", sha512.New},
}

func findAlgorithm(name string) (func() hash.Hash, error) {
	var names []string
	for _, a := range algorithms {
		if a.name == name {
			return a.hash, nil
		}
		names = append(names, a.name)
	}
	hint := "there are " + JoinWords(names, "and")
	if s := Nearest(name, names); s != "" {
		hint = fmt.Sprintf("did you mean %q?", s)
	}
	return nil, fmt.Errorf("unknown algorithm %q; %s", name, hint)
}

// digest returns the function of a hash.
func digest(name, label, in, want string, sum func(string) []byte) ExprFunc {
	return ExprFunc{
		Name: name, Args: "text or bytes", Summary: "the " + label + " digest, as bytes: hex() or base64() makes text of them", min: 1, max: 1,
		takes: []kinds{ofText | ofBytes}, gives: bytesType,
		Examples: []Example{{In: in, Want: want}},
		one: func(f *frame, v Value) (Value, error) {
			s, err := binaryOf(v)
			if err == nil {
				err = f.spend(len(s) / bytesOfStep)
			}
			if err != nil {
				return Undefined, err
			}
			return Value{kind: KindBytes, str: string(sum(s))}, nil
		},
	}
}

var (
	md5Func    = digest("md5", "MD5", `hex(md5("a"))`, `"0cc175b9c0f1b6a831c399e269772661"`, func(s string) []byte { h := md5.Sum([]byte(s)); return h[:] })
	sha1Func   = digest("sha1", "SHA-1", `hex(sha1("a"))`, `"86f7e437faa5a7fce15d1ddcb9eaeaea377667b8"`, func(s string) []byte { h := sha1.Sum([]byte(s)); return h[:] })
	sha256Func = digest("sha256", "SHA-256", `base64(sha256("a"))`, `"ypeBEsobvcr6wjGzmiPcTaeG7/gUfE5yuYB3ha/uSLs="`, func(s string) []byte { h := sha256.Sum256([]byte(s)); return h[:] })
	sha512Func = digest("sha512", "SHA-512", `hex(sha512("a"))[0:8]`, `"1f40fc92"`, func(s string) []byte { h := sha512.Sum512([]byte(s)); return h[:] })
)

var hmacFunc = ExprFunc{
	Name: "hmac", Args: `algorithm, key, text`, Summary: "the HMAC (RFC 2104) by md5, sha1, sha256, sha384 or sha512, as bytes", min: 3, max: 3,
	takes: []kinds{ofText, ofText | ofBytes, ofText | ofBytes}, gives: bytesType,
	Examples: []Example{{In: `hex(hmac("sha256", "key", "message"))`, Want: `"6e9ef29b75fffc5b7abae527d58fdadb2fe42e7219011976917343065f58ed4a"`}},
	check: func(i int, arg Value) error {
		if i > 0 {
			return nil
		}
		_, err := findAlgorithm(arg.str)
		return err
	},
	many: func(f *frame, args []Value) (Value, error) {
		name, err := textOf(args[0], "the algorithm")
		if err != nil {
			return Undefined, err
		}
		fn, err := findAlgorithm(name)
		if err != nil {
			return Undefined, err
		}
		key, err := binaryOf(args[1])
		if err != nil {
			return Undefined, fmt.Errorf("the key: %w", err)
		}
		text, err := binaryOf(args[2])
		if err == nil {
			err = f.spend(4 + (len(key)+len(text))/bytesOfStep)
		}
		if err != nil {
			return Undefined, err
		}
		h := hmac.New(fn, []byte(key))
		h.Write([]byte(text))
		return Bytes(h.Sum(nil)), nil
	},
}
