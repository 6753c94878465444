package leaks

import (
	"encoding/base64"
	"encoding/hex"
	"html"
	"strings"
	"unicode/utf16"
)

// A decoder undoes one encoding wherever it stands in a text.
type decoder struct {
	name   string
	decode func(string) string // "" for nothing to decode
}

var decoders = []decoder{
	{"URL", fromURL}, {"JSON", fromJSON}, {"HTML", fromHTML}, {"base64", fromBase64}, {"hex", fromHex},
}

// depth bounds how often what was decoded is decoded again.
const depth = 4

// decodings calls visit with a text and all that comes of decoding it.
func decodings(text string, visit func(how, plain string)) {
	seen := map[string]bool{text: true}
	visit("text", text)
	var next func(how, text string, left int)
	next = func(how, text string, left int) {
		for _, d := range decoders {
			plain := d.decode(text)
			if plain == "" || seen[plain] {
				continue
			}
			seen[plain] = true
			visit(how+d.name, plain)
			if left > 1 {
				next(how+d.name+" of ", plain, left-1)
			}
		}
	}
	next("", text, depth)
}

func fromURL(text string) string {
	if !strings.Contains(text, "%") {
		return ""
	}
	b := make([]byte, 0, len(text))
	changed := false
	for i := 0; i < len(text); i++ {
		if text[i] == '%' && i+2 < len(text) && isHexDigit(text[i+1]) && isHexDigit(text[i+2]) {
			c, _ := hex.DecodeString(text[i+1 : i+3])
			b = append(b, c...)
			i += 2
			changed = true
			continue
		}
		b = append(b, text[i])
	}
	if !changed {
		return ""
	}
	return string(b)
}

func isHexDigit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'f' || 'A' <= c && c <= 'F'
}

func fromHTML(text string) string {
	if !strings.Contains(text, "&") {
		return ""
	}
	if plain := html.UnescapeString(text); plain != text {
		return plain
	}
	return ""
}

// fromJSON undoes the escapes of JSON and JavaScript strings.
func fromJSON(text string) string {
	if !strings.Contains(text, `\`) {
		return ""
	}
	var b strings.Builder
	for i := 0; i < len(text); i++ {
		if text[i] != '\\' || i+1 == len(text) {
			b.WriteByte(text[i])
			continue
		}
		i++
		switch n := strings.IndexByte("bfnrt", text[i]); {
		case text[i] == 'u' && number(text, i+1, 4) >= 0:
			r := rune(number(text, i+1, 4))
			i += 4
			if utf16.IsSurrogate(r) && strings.HasPrefix(text[i+1:], `\u`) {
				if low := number(text, i+3, 4); low >= 0 {
					r, i = utf16.DecodeRune(r, rune(low)), i+6
				}
			}
			b.WriteRune(r)
		case text[i] == 'x' && number(text, i+1, 2) >= 0:
			b.WriteRune(rune(number(text, i+1, 2)))
			i += 2
		case n >= 0:
			b.WriteByte("\b\f\n\r\t"[n])
		default:
			b.WriteByte(text[i])
		}
	}
	return b.String()
}

// number reads n hexadecimal digits; -1 if they are none.
func number(text string, i, n int) int {
	if i+n > len(text) {
		return -1
	}
	v := 0
	for _, c := range []byte(text[i : i+n]) {
		if !isHexDigit(c) {
			return -1
		}
		digit := int(c&0xf) + 9*int(c>>6)
		v = v<<4 | digit
	}
	return v
}

// minRun is the least length of base64 or hex that could hold a part.
const minRun = part * 4 / 3

// fromBase64 decodes each run of base64, of either alphabet, that may begin
// anywhere in it and be wrapped.
func fromBase64(text string) string {
	return runs(text, isBase64Digit, func(run string, b *strings.Builder) {
		run = strings.NewReplacer("-", "+", "_", "/").Replace(run)
		for from := range 4 {
			digits := run[from:]
			plain, err := base64.RawStdEncoding.DecodeString(digits[:len(digits)/4*4])
			if err == nil {
				keepPrintable(b, plain)
			}
			if rest := digits[len(digits)/4*4:]; len(rest) > 1 {
				if tail, err := base64.RawStdEncoding.DecodeString(digits); err == nil && len(tail) > len(plain) {
					keepPrintable(b, tail)
				}
			}
		}
	})
}

func isBase64Digit(c byte) bool {
	return '0' <= c && c <= '9' || 'a' <= c && c <= 'z' || 'A' <= c && c <= 'Z' || strings.IndexByte("+/-_", c) >= 0
}

// fromHex decodes each run of hexadecimal digits.
func fromHex(text string) string {
	return runs(text, isHexDigit, func(run string, b *strings.Builder) {
		for from := range 2 {
			digits := run[from:]
			if plain, err := hex.DecodeString(digits[:len(digits)/2*2]); err == nil {
				keepPrintable(b, plain)
			}
		}
	})
}

// runs calls visit with each run of digits, which line breaks do not end.
func runs(text string, digit func(byte) bool, visit func(run string, b *strings.Builder)) string {
	var b strings.Builder
	var run []byte
	end := func() {
		if len(run) >= minRun {
			visit(string(run), &b)
		}
		run = run[:0]
	}
	for i := range len(text) {
		switch c := text[i]; {
		case digit(c):
			run = append(run, c)
		case c == '\n' || c == '\r':
		default:
			end()
		}
	}
	end()
	return b.String()
}

// keepPrintable writes what of decoded bytes may be text.
func keepPrintable(b *strings.Builder, plain []byte) {
	from := -1
	for i := 0; i <= len(plain); i++ {
		if i < len(plain) && (plain[i] >= ' ' && plain[i] <= '~' || plain[i] == '\n' || plain[i] >= 0xc2 && plain[i] <= 0xf4 || plain[i] >= 0x80 && plain[i] < 0xc0) {
			if from < 0 {
				from = i
			}
			continue
		}
		if from >= 0 && i-from >= part {
			b.Write(plain[from:i])
			b.WriteByte(' ')
		}
		from = -1
	}
}
