package method

import (
	"bytes"
	"encoding/binary"
	"errors"
	"fmt"
	"mime"
	"strings"
	"unicode/utf16"
	"unicode/utf8"

	"github.com/connector-spec/connector/formula"
)

// decodeBody reads a body: JSON and XML as data if it says so or looks so, else
// as text, and as bytes if it is no text. Plain is what the body is as UTF-8 in
// any of these but the last. Only JSON and XML can be an error: that they are
// none.
func decodeBody(body []byte, contentType string) (data formula.Value, plain []byte, err error) {
	media, parameters := mediaType(contentType)
	if len(body) == 0 {
		return formula.Undefined, nil, nil
	}
	plain, isText := decodeText(body, parameters["charset"])
	isJSON := media == "application/json" || strings.HasSuffix(media, "+json")
	if !isText || isBinary(media) {
		if isJSON {
			return formula.Undefined, nil, errors.New("says it is JSON and is not: it is not text")
		}
		return formula.Bytes(body), nil, nil
	}
	trimmed := bytes.TrimSpace(plain)
	if len(trimmed) == 0 {
		return formula.Undefined, nil, nil
	}
	switch {
	case isJSON || (media == "" || media == "text/plain") && (trimmed[0] == '{' || trimmed[0] == '['):
		if hasManyValues(trimmed) {
			if !isJSON {
				break
			}
			return formula.Undefined, plain, fmt.Errorf("has more than %d values, which is the most that is read", mostValues)
		}
		v, err := formula.ParseJSON(trimmed)
		if err == nil {
			return v, plain, nil
		}
		if isJSON {
			return formula.Undefined, plain, errors.New("says it is JSON and is not: it may be cut off")
		}
	case isXML(media) || media == "" && bytes.HasPrefix(trimmed, []byte("<?xml")):
		v, err := parseXML(plain)
		if err == nil {
			return v, plain, nil
		}
		if isXML(media) {
			return formula.Undefined, plain, errors.New("says it is XML and is not: " + err.Error())
		}
	}
	return formula.String(string(plain)), plain, nil
}

// mediaType reads a Content-Type, of which most are written plainly.
func mediaType(contentType string) (media string, parameters map[string]string) {
	switch contentType {
	case "", "application/json", "application/x-www-form-urlencoded":
		return contentType, nil
	}
	media, parameters, _ = mime.ParseMediaType(contentType)
	return media, parameters
}

// mostValues bounds the values and keys of an answer in JSON: each of them is
// many times as large in memory as it is in the text.
const mostValues = 500_000

// hasManyValues tells whether a JSON text has more values than mostValues. It
// counts what stands before a value or a key, outside strings.
func hasManyValues(text []byte) bool {
	count, quoted := 0, false
	for i := 0; i < len(text); i++ {
		switch c := text[i]; {
		case quoted && c == '\\':
			i++
		case c == '"':
			quoted = !quoted
		case !quoted && (c == ',' || c == ':' || c == '[' || c == '{'):
			if count++; count > mostValues {
				return true
			}
		}
	}
	return false
}

// isXML tells whether a media type is XML (RFC 7303) that is data, and no page.
func isXML(media string) bool {
	if media == "application/xhtml+xml" || media == "image/svg+xml" {
		return false
	}
	return media == "application/xml" || media == "text/xml" || strings.HasSuffix(media, "+xml")
}

// isBinary tells whether a media type is never text, whatever bytes there are.
func isBinary(media string) bool {
	kind, _, _ := strings.Cut(media, "/")
	switch kind {
	case "image":
		return media != "image/svg+xml"
	case "audio", "video", "font":
		return true
	}
	switch media {
	case "application/octet-stream", "application/pdf", "application/zip", "application/gzip", "application/x-tar", "application/x-protobuf", "application/protobuf", "application/wasm":
		return true
	}
	return strings.HasPrefix(media, "application/vnd.openxmlformats")
}

// decodeText gives a body as UTF-8: it is of a character set that it says, or
// that a byte order mark says, else it is UTF-8 already. It is no text if it is
// of a set that is not known here, or not what it says.
func decodeText(body []byte, charset string) ([]byte, bool) {
	switch {
	case bytes.HasPrefix(body, []byte("\xef\xbb\xbf")):
		body, charset = body[3:], "utf-8"
	case bytes.HasPrefix(body, []byte("\xfe\xff")):
		return decodeUTF16(body[2:], binary.BigEndian)
	case bytes.HasPrefix(body, []byte("\xff\xfe")):
		return decodeUTF16(body[2:], binary.LittleEndian)
	}
	switch strings.ToLower(strings.TrimSpace(charset)) {
	case "iso-8859-1", "iso8859-1", "latin1", "l1", "windows-1252", "cp1252":
		return decodeWestern(body), true // the first is read as the second is (WHATWG Encoding)
	case "utf-16", "utf-16le":
		return decodeUTF16(body, binary.LittleEndian)
	case "utf-16be":
		return decodeUTF16(body, binary.BigEndian)
	}
	return body, utf8.Valid(body)
}

// western is what windows-1252 has in place of the controls 0x80 to 0x9f.
var western = []rune("€\u0081‚ƒ„…†‡ˆ‰Š‹Œ\u008dŽ\u008f\u0090‘’“”•–—˜™š›œ\u009džŸ")

func decodeWestern(body []byte) []byte {
	b := make([]byte, 0, len(body)+len(body)/8)
	for _, c := range body {
		r := rune(c)
		if c >= 0x80 && c <= 0x9f {
			r = western[c-0x80]
		}
		b = utf8.AppendRune(b, r)
	}
	return b
}

func decodeUTF16(body []byte, order binary.ByteOrder) ([]byte, bool) {
	if len(body)%2 != 0 {
		return nil, false
	}
	units := make([]uint16, len(body)/2)
	for i := range units {
		units[i] = order.Uint16(body[2*i:])
	}
	return []byte(string(utf16.Decode(units))), true
}
