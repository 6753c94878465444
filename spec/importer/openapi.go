// Package importer makes connectors of other descriptions of APIs, and says what
// it could not take over.
package importer

import (
	"cmp"
	"fmt"
	"net/url"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// MaxJSON is how large a description in JSON may be, in bytes. One in YAML may be
// as large as a spec.
const MaxJSON = 64 << 20

// An Imported is a connector made of a description.
type Imported struct {
	Spec formula.Value // the content of spec.yml
	// Notes say, each in a sentence, what was not taken over, and what somebody
	// has to look at.
	Notes []string
}

// Answers fill in what a description does not say. Empty ones leave it to the
// description.
type Answers struct{ Key, Name, BaseURI string }

// OpenAPI makes a connector of an OpenAPI document, of version 3 or 2: its
// security schemes are the options, its server is the base, and a GET without
// parameters is the test. Name is what the document is called in errors.
func OpenAPI(name string, data []byte, a Answers) (*Imported, error) {
	doc, err := read(name, data)
	if err != nil {
		return nil, err
	}
	if !doc.Has("openapi") && !doc.Has("swagger") {
		return nil, fmt.Errorf("%s is no OpenAPI document: it has neither openapi nor swagger at its top", name)
	}
	im := &openAPI{doc: doc, answers: a}
	return im.connector(), nil
}

// read reads JSON or YAML.
func read(name string, data []byte) (formula.Value, error) {
	if text := strings.TrimLeft(string(data[:min(len(data), 512)]), " \t\r\n\ufeff"); strings.HasPrefix(text, "{") {
		if len(data) > MaxJSON {
			return formula.Undefined, fmt.Errorf("%s is larger than %d MiB", name, MaxJSON>>20)
		}
		v, err := formula.ParseJSON(data)
		if err == nil {
			return v, nil
		}
	}
	if len(data) > spec.MaxFileSize {
		return formula.Undefined, fmt.Errorf("%s is larger than %d MiB: give it as JSON, which may have %d MiB", name, spec.MaxFileSize>>20, MaxJSON>>20)
	}
	s, diagnostics := spec.Parse(name, data)
	for _, d := range diagnostics {
		if d.Severity == spec.Error {
			return formula.Undefined, fmt.Errorf("%s:%d:%d: %s", d.File, d.Line, d.Column, d.Message)
		}
	}
	if !s.Value().IsObject() {
		return formula.Undefined, fmt.Errorf("%s holds %s, and no OpenAPI document", name, formula.KindWords(s.Value()))
	}
	return s.Value(), nil
}

// An openAPI is one import.
type openAPI struct {
	doc     formula.Value
	answers Answers
	notes   []string

	inputs formula.Value // that the base reads: the variables of the server
	base   string
}

func (im *openAPI) note(format string, args ...any) {
	if text := fmt.Sprintf(format, args...); !slices.Contains(im.notes, text) {
		im.notes = append(im.notes, text)
	}
}

// connector makes the spec.
func (im *openAPI) connector() *Imported {
	info := im.doc.Get("info")
	title := cmp.Or(im.answers.Name, strings.TrimSpace(oneLine(info.Get("title").Text())), "Imported API")
	b := formula.NewObject(12)
	b.Set("key", formula.String(cmp.Or(im.answers.Key, keyOf(title))))
	b.Set("name", formula.String(title))
	if d := firstSentence(info.Get("description").Text()); d != "" {
		b.Set("description", formula.String(d))
	}
	b.Set("version", formula.String("1.0.0"))
	b.Set("stage", formula.String("draft"))
	if docs := im.doc.Get("externalDocs").Get("url").Text(); isAddress(docs) {
		b.Set("apiDocsUri", formula.String(docs))
	}
	im.server()
	options := im.options()
	parameters := clientParameters(options)
	if parameters.Len() > 0 {
		b.Set("parametersSchema", parameters)
	}
	b.Set("auth", im.auth(options))
	return &Imported{Spec: b.Value(), Notes: im.notes}
}

// auth puts the options together: one stands by itself, several share what is
// above them.
func (im *openAPI) auth(options []option) formula.Value {
	b := formula.NewObject(8)
	if len(options) == 1 {
		o := options[0].value
		b.Set("type", o.Get("type"))
		b.Set("baseUri", formula.String(im.base))
		for i, k := range o.Keys() {
			if _, v := o.At(i); k != "type" && k != "title" && k != "description" {
				b.Set(k, v)
			}
		}
	} else {
		b.Set("selectable", formula.Bool(false))
		b.Set("baseUri", formula.String(im.base))
	}
	if im.inputs.Len() > 0 {
		b.Set("ui", object("schema", mergeInputs(b.Value().Get("ui").Get("schema"), im.inputs)))
	}
	b.Set("test", im.test())
	if len(options) > 1 {
		list := formula.NewObject(len(options))
		for _, o := range options {
			list.Set(o.key, o.value)
		}
		b.Set("options", list.Value())
	}
	return b.Value()
}

// server finds the base URL. The variables in it become inputs.
func (im *openAPI) server() {
	im.inputs = formula.Object()
	address, variables := im.address()
	if im.answers.BaseURI != "" {
		im.base = strings.TrimRight(im.answers.BaseURI, "/")
		return
	}
	var b strings.Builder
	for {
		before, rest, found := strings.Cut(address, "{")
		b.WriteString(before)
		if !found {
			break
		}
		name, after, closed := strings.Cut(rest, "}")
		if !closed || !isName(name) {
			im.note("the server's URL has the variable %q, which is no name: write the base URL yourself", oneLine(name))
			im.base = unknownBase
			return
		}
		v := variables.Get(name)
		if isHTTP := b.Len() == 0 && strings.HasPrefix(after, "://"); isHTTP {
			b.WriteString("https") // a choice of schemes
			address = after
			continue
		}
		fmt.Fprintf(&b, "${connectionInput.%s}", name)
		im.input(name, v)
		address = after
	}
	base := strings.TrimRight(b.String(), "/")
	if rest, ok := strings.CutPrefix(base, "http://"); ok && !isLoopback(rest) {
		im.note("the server is http: it is taken as https, since a credential goes there")
		base = "https://" + rest
	}
	if !strings.HasPrefix(base, "https://") && !strings.HasPrefix(base, "http://") || strings.ContainsAny(base, " \t\n") {
		im.note("the document names no server with a whole URL: replace %s", unknownBase)
		base = unknownBase
	}
	im.base = base
}

// unknownBase stands where a document does not say where the API is.
const unknownBase = "https://api.example.com"

// input asks for a variable of the server.
func (im *openAPI) input(name string, v formula.Value) {
	p := formula.NewObject(5)
	p.Set("type", formula.String("string"))
	p.Set("title", formula.String(titleOf(name)))
	if d := firstSentence(v.Get("description").Text()); d != "" {
		p.Set("description", formula.String(d))
	}
	var choices []formula.Value
	for i := range v.Get("enum").Len() {
		if _, c := v.Get("enum").At(i); c.Kind() == formula.KindString {
			choices = append(choices, c)
		}
	}
	if len(choices) > 0 {
		p.Set("enum", formula.List(choices...))
	}
	if d := v.Get("default"); d.Kind() == formula.KindString && d.Text() != "" && (len(choices) == 0 || slices.ContainsFunc(choices, d.Equal)) {
		p.Set("default", d)
	}
	properties, required := im.inputs.Get("properties"), im.inputs.Get("required")
	if !properties.IsObject() {
		properties = formula.Object()
	}
	if properties.Has(name) {
		return
	}
	im.inputs = object("type", formula.String("object"),
		"properties", properties.With(name, p.Value()),
		"required", formula.List(append(items(required), formula.String(name))...))
}

// address returns the URL of the first server that is https, else of the first,
// and its variables.
func (im *openAPI) address() (string, formula.Value) {
	if im.doc.Has("swagger") {
		host := im.doc.Get("host").Text()
		if host == "" {
			return "", formula.Undefined
		}
		return "https://" + host + im.doc.Get("basePath").Text(), formula.Undefined
	}
	list := items(im.doc.Get("servers"))
	if len(list) == 0 {
		return "", formula.Undefined
	}
	chosen := list[0]
	for _, s := range list {
		if text := s.Get("url").Text(); strings.HasPrefix(text, "https://") {
			chosen = s
			break
		}
	}
	if len(list) > 1 {
		hosts := map[string]bool{}
		for _, s := range list {
			if u, err := url.Parse(s.Get("url").Text()); err == nil && u.Host != "" {
				hosts[u.Host] = true
			}
		}
		if len(hosts) > 1 {
			im.note("the document names %d servers: the base is the first of them", len(list))
		}
	}
	return chosen.Get("url").Text(), chosen.Get("variables")
}
