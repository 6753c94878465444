package method

import (
	"bytes"
	"crypto/rand"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime/multipart"
	"net/textproto"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// A payload is an encoded body with its content type; nil for none.
type payload struct {
	body        []byte
	contentType string
}

// encodeBody encodes data as form, the authored contentType, says, else as the
// Content-Type header does, else as JSON. There is no body without data.
func encodeBody(data formula.Value, form string, headers formula.Value, run formula.Run) (*payload, error) {
	if data.IsUndefined() {
		return nil, nil
	}
	header := ""
	for i, name := range headers.Keys() {
		if _, v := headers.At(i); strings.EqualFold(name, "Content-Type") {
			header = v.Text()
		}
	}
	if form == "" {
		form = formOf(header, data)
	}
	p := &payload{contentType: header}
	suggest := func(contentType string) {
		if p.contentType == "" {
			p.contentType = contentType
		}
	}
	var err error
	switch form {
	case "json":
		suggest("application/json")
		p.body = data.AppendJSON(nil)
	case "form":
		var list []Field
		list, err = fields(data, "form field")
		p.body, p.contentType = []byte(encodeFields(list)), "application/x-www-form-urlencoded"
	case "multipart":
		p.body, p.contentType, err = encodeMultipart(data, run)
	case "xml":
		suggest("application/xml; charset=utf-8")
		p.body, err = xmlBody(data)
	case "bytes":
		suggest("application/octet-stream")
		p.body, _ = data.AsBytes()
	case "text":
		suggest("text/plain; charset=utf-8")
		var s string
		s, err = text(data)
		p.body = []byte(s)
	default:
		return nil, fmt.Errorf("a body cannot be sent as %q: contentType is json, form, multipart, xml or text; bytes and text go with any Content-Type", form)
	}
	if p.body == nil {
		p.body = []byte{}
	}
	return p, err
}

// formOf says how data is encoded for a Content-Type header.
func formOf(contentType string, data formula.Value) string {
	media, _ := mediaType(contentType)
	_, isText := data.AsString()
	switch {
	case data.Kind() == formula.KindBytes:
		return "bytes"
	case media == "application/x-www-form-urlencoded":
		return "form"
	case media == "multipart/form-data":
		return "multipart"
	case media == "", media == "application/json", strings.HasSuffix(media, "+json"):
		return "json"
	case isText:
		return "text"
	case media == "application/xml", media == "text/xml", strings.HasSuffix(media, "+xml"):
		return "xml"
	}
	return media
}

// xmlBody encodes data as XML; a text is XML that the author wrote.
func xmlBody(data formula.Value) ([]byte, error) {
	if s, ok := data.AsString(); ok {
		return []byte(s), nil
	}
	return encodeXML(data)
}

// encodeMultipart encodes an object as a multipart form (RFC 7578): texts as
// fields, a list as several, bytes as a file. A file is bytes, or an object of
// content, filename and contentType.
func encodeMultipart(data formula.Value, run formula.Run) (body []byte, contentType string, err error) {
	if !data.IsObject() {
		return nil, "", fmt.Errorf("a multipart body is an object of its parts, not %s", data.Kind())
	}
	var b bytes.Buffer
	w := multipart.NewWriter(&b)
	if err := w.SetBoundary(boundary(run)); err != nil {
		return nil, "", err
	}
	for i, name := range data.Keys() {
		_, item := data.At(i)
		values, ok := item.AsList()
		if !ok {
			values = []formula.Value{item}
		}
		for _, v := range values {
			if v.IsMissing() {
				continue
			}
			if err := writePart(w, name, v); err != nil {
				return nil, "", fmt.Errorf("part %q: %w", name, err)
			}
		}
	}
	if err := w.Close(); err != nil {
		return nil, "", err
	}
	return b.Bytes(), w.FormDataContentType(), nil
}

// boundary gives a separator of parts that no part holds. It comes from the
// run's randomness, so that a replay sends the same.
func boundary(run formula.Run) string {
	source := run.Rand
	if source == nil {
		source = rand.Reader
	}
	var b [16]byte
	if _, err := io.ReadFull(source, b[:]); err != nil {
		_, _ = rand.Read(b[:])
	}
	return hex.EncodeToString(b[:])
}

func writePart(w *multipart.Writer, name string, v formula.Value) error {
	file, isFile := v.AsBytes()
	filename, contentType := name, "application/octet-stream"
	if v.IsObject() {
		content := v.Get("content")
		if content.IsMissing() {
			return errors.New("a file is {content, filename, contentType}, and has no content")
		}
		if file, isFile = content.AsBytes(); !isFile {
			s, err := text(content)
			if err != nil {
				return fmt.Errorf("content: %w", err)
			}
			file, isFile = []byte(s), true
		}
		for _, part := range []struct {
			name string
			text *string
		}{{"filename", &filename}, {"contentType", &contentType}} {
			if x := v.Get(part.name); !x.IsMissing() {
				s, err := text(x)
				if err != nil {
					return fmt.Errorf("%s: %w", part.name, err)
				}
				*part.text = s
			}
		}
		if strings.ContainsFunc(contentType, func(r rune) bool { return r < ' ' || r >= 0x7f }) {
			return errors.New("the contentType of a file has a control character, or one that is not ASCII")
		}
	}
	if !isFile {
		s, err := text(v)
		if err != nil {
			return err
		}
		return w.WriteField(name, s)
	}
	part, err := w.CreatePart(textproto.MIMEHeader{
		"Content-Disposition": {multipart.FileContentDisposition(name, filename)},
		"Content-Type":        {contentType},
	})
	if err == nil {
		_, err = part.Write(file)
	}
	return err
}
