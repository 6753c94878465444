package simulate

import (
	"bytes"
	"encoding/xml"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// wantsXML tells whether a request is one of those that are answered by XML.
func wantsXML(r *request) bool {
	accept := strings.ToLower(r.header.Get("Accept"))
	kind := strings.ToLower(r.header.Get("Content-Type"))
	return strings.Contains(accept, "xml") && !strings.Contains(accept, "json") || strings.Contains(kind, "xml") || strings.HasSuffix(r.url.Path, ".xml")
}

// encodeXML writes an object of one root as XML: members named @name are
// attributes, #text is text. It is false for what has no such form.
func encodeXML(v formula.Value) ([]byte, bool) {
	if v.Len() != 1 || !v.IsObject() {
		return nil, false
	}
	name, root := v.At(0)
	if root.Kind() == formula.KindList {
		return nil, false
	}
	var b bytes.Buffer
	b.WriteString(xml.Header)
	ok := writeXML(&b, name, root)
	return b.Bytes(), ok
}

func writeXML(b *bytes.Buffer, name string, v formula.Value) bool {
	if name == "" || strings.ContainsAny(name, " <>&\"'@#/=") {
		return false
	}
	if list, ok := v.AsList(); ok {
		for _, item := range list {
			if !writeXML(b, name, item) {
				return false
			}
		}
		return true
	}
	b.WriteString("<" + name)
	var inner bytes.Buffer
	fine := true
	if v.IsObject() {
		for i, key := range v.Keys() {
			_, item := v.At(i)
			switch attribute, is := strings.CutPrefix(key, "@"); {
			case is:
				b.WriteString(" " + attribute + `="`)
				fine = xml.EscapeText(b, []byte(scalar(item))) == nil && fine
				b.WriteString(`"`)
			case key == "#text":
				fine = xml.EscapeText(&inner, []byte(scalar(item))) == nil && fine
			default:
				fine = writeXML(&inner, key, item) && fine
			}
		}
	} else {
		fine = xml.EscapeText(&inner, []byte(scalar(v))) == nil
	}
	b.WriteString(">")
	b.Write(inner.Bytes())
	b.WriteString("</" + name + ">")
	return fine
}
