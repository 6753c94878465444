package method

import (
	"bytes"
	"encoding/xml"
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// XML as data: an element is an object of its attributes, named @name, and its
// children, by name; children of one name are a list. Text beside either is
// #text. An element that has only text is that text. Names keep their prefix as
// it is written, such as soap:Envelope. The document is an object of its root.

// The bounds of XML that is read or written.
const (
	maxXMLDepth    = 100
	maxXMLElements = 200_000
)

// An element is one that is being read.
type element struct {
	name   string
	value  *formula.ObjectBuilder // attributes and children
	lists  map[string][]formula.Value
	text   strings.Builder
	spaced bool // there is more than blanks in the text
}

// parseXML reads a document. Entities that a document defines are not known,
// and a document type is passed over.
func parseXML(text []byte) (formula.Value, error) {
	d := xml.NewDecoder(bytes.NewReader(text))
	d.CharsetReader = func(_ string, r io.Reader) (io.Reader, error) { return r, nil } // it is text already
	open := []*element{newElement("")}
	for count := 0; ; {
		token, err := d.RawToken()
		if err == io.EOF {
			break
		}
		if err != nil {
			return formula.Undefined, errors.New("it is not well-formed")
		}
		top := open[len(open)-1]
		switch t := token.(type) {
		case xml.StartElement:
			if count++; count > maxXMLElements || len(open) > maxXMLDepth {
				return formula.Undefined, fmt.Errorf("it has more than %d elements, or is nested deeper than %d", maxXMLElements, maxXMLDepth)
			}
			if len(open) == 1 && len(top.lists) > 0 {
				return formula.Undefined, errors.New("it has two roots")
			}
			e := newElement(xmlName(t.Name))
			for _, a := range t.Attr {
				e.value.Set("@"+xmlName(a.Name), formula.String(a.Value))
			}
			open = append(open, e)
		case xml.EndElement:
			if len(open) == 1 || top.name != xmlName(t.Name) {
				return formula.Undefined, errors.New("its tags do not match")
			}
			open = open[:len(open)-1]
			open[len(open)-1].add(top.name, top.finish())
		case xml.CharData:
			top.text.Write(t)
			top.spaced = top.spaced || len(bytes.TrimSpace(t)) > 0
		}
	}
	root := open[0]
	if len(open) > 1 || len(root.lists) == 0 || root.spaced {
		return formula.Undefined, errors.New("it may be cut off")
	}
	root.spaced = false
	return root.finish(), nil
}

func newElement(name string) *element {
	return &element{name: name, value: formula.NewObject(2), lists: map[string][]formula.Value{}}
}

func xmlName(n xml.Name) string {
	if n.Space == "" {
		return n.Local
	}
	return n.Space + ":" + n.Local
}

// add adds a child; its place is that of the first of its name.
func (e *element) add(name string, v formula.Value) {
	if len(e.lists[name]) == 0 {
		e.value.Set(name, formula.Null)
	}
	e.lists[name] = append(e.lists[name], v)
}

// finish gives the element's value.
func (e *element) finish() formula.Value {
	for name, list := range e.lists {
		if len(list) == 1 {
			e.value.Set(name, list[0])
		} else {
			e.value.Set(name, formula.List(list...))
		}
	}
	if e.value.Len() == 0 && e.name != "" {
		return formula.String(e.text.String())
	}
	if e.spaced {
		e.value.Set("#text", formula.String(strings.TrimSpace(e.text.String())))
	}
	return e.value.Value()
}

// encodeXML writes an object of one member, the root, as a document.
func encodeXML(v formula.Value) ([]byte, error) {
	if !v.IsObject() || v.Len() != 1 {
		return nil, errors.New("an XML body is an object with one member, its root, such as {order: {id: 7}}")
	}
	name, root := v.At(0)
	if _, isList := root.AsList(); isList {
		return nil, fmt.Errorf("an XML body has one root, and %q is a list", name)
	}
	var b bytes.Buffer
	b.WriteString(xml.Header[:len(xml.Header)-1])
	if err := writeElement(&b, name, root, 0); err != nil {
		return nil, err
	}
	return b.Bytes(), nil
}

func writeElement(b *bytes.Buffer, name string, v formula.Value, depth int) error {
	if depth > maxXMLDepth {
		return fmt.Errorf("an XML body may not be nested deeper than %d", maxXMLDepth)
	}
	if !isXMLName(name) {
		return fmt.Errorf("%q cannot be the name of an XML element", name)
	}
	if list, ok := v.AsList(); ok {
		for _, item := range list {
			if _, nested := item.AsList(); nested {
				return fmt.Errorf("the XML element %q is a list in a list", name)
			}
			if err := writeElement(b, name, item, depth); err != nil {
				return err
			}
		}
		return nil
	}
	b.WriteString("<" + name)
	var inner bytes.Buffer
	if v.IsObject() {
		if err := writeMembers(b, &inner, v, depth); err != nil {
			return fmt.Errorf("in the XML element %q: %w", name, err)
		}
	} else if err := writeXMLText(&inner, v); err != nil {
		return fmt.Errorf("the XML element %q: %w", name, err)
	}
	if inner.Len() == 0 {
		b.WriteString("/>")
		return nil
	}
	b.WriteByte('>')
	b.Write(inner.Bytes())
	b.WriteString("</" + name + ">")
	return nil
}

// writeMembers writes the attributes of an object into the tag and the rest of
// its members into inner.
func writeMembers(tag, inner *bytes.Buffer, v formula.Value, depth int) error {
	for i, key := range v.Keys() {
		_, item := v.At(i)
		attribute, isAttribute := strings.CutPrefix(key, "@")
		var err error
		switch {
		case item.IsUndefined():
		case isAttribute && item.IsMissing():
		case isAttribute && !isXMLName(attribute):
			err = fmt.Errorf("%q cannot be the name of an attribute", attribute)
		case isAttribute:
			tag.WriteString(" " + attribute + `="`)
			err = writeXMLText(tag, item)
			tag.WriteByte('"')
		case key == "#text":
			err = writeXMLText(inner, item)
		default:
			err = writeElement(inner, key, item, depth+1)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// writeXMLText writes a scalar, escaped; null is nothing.
func writeXMLText(b *bytes.Buffer, v formula.Value) error {
	if v.IsMissing() {
		return nil
	}
	s, err := text(v)
	if err != nil {
		return err
	}
	return xml.EscapeText(b, []byte(s))
}

// isXMLName tells whether a name, with or without a prefix, can be written into
// a tag: letters, digits, hyphens, dots and underscores (a part of XML 1.0 2.3).
func isXMLName(name string) bool {
	prefix, local, prefixed := strings.Cut(name, ":")
	if prefixed && !isNCName(local) {
		return false
	}
	return isNCName(prefix)
}

func isNCName(name string) bool {
	for i, r := range name {
		letter := r == '_' || r >= 'a' && r <= 'z' || r >= 'A' && r <= 'Z' || r >= 0xc0 && r != 0xd7 && r != 0xf7 && r < 0x2000
		if !letter && (i == 0 || r != '-' && r != '.' && (r < '0' || r > '9')) {
			return false
		}
	}
	return name != ""
}
