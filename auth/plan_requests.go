package auth

import (
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"unicode/utf8"

	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/method"
)

// place returns where a part of the option is written.
func (p *planner) place(pointer string) Place {
	d := p.Option.Diagnose("", spec.Error, pointer, spec.AtKey(), "", "")
	return Place{d.File, d.Line}
}

// note begins the phase of makeApiClient and shows what it gives.
func (p *planner) note(name string, err error) {
	phase := p.begin(name, formula.Pointer(name), p.Option.Value.Get(name).Get("type").Text())
	if err != nil {
		phase.Note = "what it gives is not known before it runs: " + p.redactor.Placehold(err.Error())
		return
	}
	part := func(name, text, pointer string) {
		phase.Parts = append(phase.Parts, Part{name, p.shown(text), p.place(pointer)})
	}
	const at = "/makeApiClient/mapping"
	part("base", p.config.Base.URL, at+"/baseUri")
	for _, f := range p.config.Headers {
		part("header "+f.Name, f.Value, at+formula.Pointer("headers", f.Name))
	}
	for _, f := range p.config.Query {
		part("query "+f.Name, f.Value, at+formula.Pointer("query", f.Name))
	}
	for _, f := range p.config.Cookies {
		part("cookie "+f.Name, f.Value, at+formula.Pointer("cookies", f.Name))
	}
	if b := p.config.Basic; b != nil {
		part("auth", b.Username+":"+b.Password, at+"/auth")
	}
	for i, name := range p.config.Data.Keys() {
		_, v := p.config.Data.At(i)
		part("data "+name, v.String(), at+formula.Pointer("data", name))
	}
	if how := p.signature(); how != "" {
		const config = "/getOAuthConfig/mapping"
		part("signs each request", how, p.firstOf(at+"/sign", at+"/args/sign", config+"/signatureMethod", config+"/consumerSecret", config+"/dpop", "/makeApiClient"))
	}
}

// begin begins a phase.
func (p *planner) begin(name, pointer, kind string) *Phase {
	p.phases = append(p.phases, Phase{Name: name, Kind: kind, Place: p.place(pointer)})
	p.current, p.pointer, p.sent = name, pointer, 0
	return &p.phases[len(p.phases)-1]
}

// tokenPattern finds what may be a JSON Web Token (RFC 7519).
var tokenPattern = regexp.MustCompile(`\beyJ[\w-]+\.[\w-]+\.[\w-]+`)

// shownToken writes a JSON Web Token with what is encoded in it; "" if it is none.
func (p *planner) shownToken(text string) string {
	parts := strings.Split(text, ".")
	for i, part := range parts[:2] {
		plain, err := base64.RawURLEncoding.DecodeString(part)
		if err != nil || !json.Valid(plain) {
			return ""
		}
		parts[i] = "base64url(" + p.redactor.Placehold(string(plain)) + ")"
	}
	return parts[0] + "." + parts[1] + ".{{signature}}"
}

// shown writes a text with placeholders for stand-ins; of Base64 it shows what
// is encoded.
func (p *planner) shown(text string) string {
	if at := tokenPattern.FindStringIndex(text); at != nil {
		if token := p.shownToken(text[at[0]:at[1]]); token != "" {
			return p.shown(text[:at[0]]) + token + p.shown(text[at[1]:])
		}
	}
	scheme, encoded := "", text
	if i := strings.LastIndexByte(text, ' '); i >= 0 {
		scheme, encoded = text[:i+1], text[i+1:]
	}
	for _, e := range []*base64.Encoding{base64.StdEncoding, base64.RawURLEncoding, base64.URLEncoding} {
		plain, err := e.DecodeString(encoded)
		if shown := p.redactor.Placehold(string(plain)); err == nil && shown != string(plain) && utf8.Valid(plain) {
			return p.redactor.Placehold(scheme) + "base64(" + shown + ")"
		}
	}
	return p.redactor.Placehold(text)
}

// result writes what a mapping gives.
func (p *planner) result(name string, v formula.Value, pointer string) Part {
	text, isText := v.AsString()
	switch {
	case v.IsUndefined():
		text = "(what real values decide)"
	case !isText:
		text = v.String()
	}
	return Part{name, p.shown(text), p.place(pointer)}
}

// method plans a method.
func (p *planner) method(ctx context.Context, name string) {
	m := p.Option.Value.Get(name)
	kind := m.Get("type").Text()
	phase := p.begin(name, formula.Pointer(name), kind)
	if kind == spec.KindOperation {
		key := m.Get("mapping").Get("operationKey").Text()
		if o := p.Connector.Operation(key); o != nil {
			kind = o.Kind()
		}
		p.current, p.pointer = "run", spec.OperationPointer(key)
	}
	if kind == spec.KindJavaScript || p.Methods.Supported(name) != nil {
		phase.Note = unknownUntilRun(kind)
		return
	}
	var more []formula.Member
	call := method.Call{Run: p.life.run, Client: &bareClient{p.life}}
	if name == "test" || name == "disconnect" {
		if p.clientError != nil {
			phase.Note = "it needs the API client, which is not known"
			return
		}
		c, err := p.life.open(ctx, p.config)
		if err != nil {
			phase.Note = p.shown(err.Error())
			return
		}
		call.Client = c
	}
	if name != credentialsMethod {
		more = append(more, withCredentials(p.credentials)...)
	}
	call.Variables = p.life.variables(more...)
	result, err := p.Methods.Run(ctx, name, call)
	p.finish(result, err)
	if name == credentialsMethod {
		p.derivedCredentials(result.Value)
	}
}

// operation plans an operation.
func (p *planner) operation(ctx context.Context, o *spec.Operation) {
	phase := p.begin(o.Key, spec.OperationPointer(o.Key), o.Kind())
	phase.Operation = true
	p.current = "run"
	if o.Kind() == spec.KindJavaScript || p.Methods.OperationSupported(o.Key) != nil {
		phase.Note = unknownUntilRun(o.Kind())
		return
	}
	if p.clientError != nil {
		phase.Note = "it needs the API client, which is not known"
		return
	}
	c, err := p.life.open(ctx, p.config)
	if err != nil {
		phase.Note = p.shown(err.Error())
		return
	}
	input := p.standInsOf(o.InputSchema(), "operation.", nil)
	vars := p.life.variables(append(withCredentials(p.credentials), formula.Member{Key: "input", Value: input})...)
	result, err := p.Methods.RunOperation(ctx, o.Key, method.Call{Variables: vars, Run: p.life.run, Client: c})
	p.finish(result, err)
}

func unknownUntilRun(kind string) string {
	if kind == spec.KindJavaScript {
		return "what a script sends is known when it runs"
	}
	return "what it sends is not known before it runs"
}

// finish notes what a method gives, or why that is not known.
func (p *planner) finish(result method.Result, err error) {
	phase := &p.phases[len(p.phases)-1]
	if err != nil {
		phase.Note = "what follows depends on real values: " + p.shown(err.Error())
		return
	}
	if !result.Mapped {
		return
	}
	at := p.pointer + "/mapping"
	switch {
	case phase.Kind == spec.KindOperation:
		at = p.firstOf(formula.Pointer(phase.Name, "mapping", "outputMapping"), at+"/responseMapping")
	case result.Response != nil:
		at += "/responseMapping"
	}
	if !result.Value.IsObject() {
		phase.Parts = append(phase.Parts, p.result("gives", result.Value, at))
		return
	}
	for i, name := range result.Value.Keys() {
		_, v := result.Value.At(i)
		phase.Parts = append(phase.Parts, p.result("gives "+name, v, at+formula.Pointer(name)))
	}
}

// describe writes down a request with where its parts come from.
func (p *planner) describe(req *http.Request) (PlannedRequest, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return PlannedRequest{}, err
		}
	}
	at := p.pointer + "/mapping"
	if steps := at + formula.Pointer("steps", strconv.Itoa(p.sent)); p.lookup(at+"/steps").Len() > 0 {
		at = steps
	}
	r := PlannedRequest{Method: req.Method, URL: p.shown(req.URL.String())}
	r.Parts = append(r.Parts, Part{"method", req.Method, p.first(at+"/method", at+"/operationType")})
	r.Parts = append(r.Parts, Part{"path", p.shown(req.URL.Path), p.first(at + "/path")})
	for pair := range strings.SplitSeq(req.URL.RawQuery, "&") {
		name, value, _ := strings.Cut(pair, "=")
		if plain, err := url.QueryUnescape(name); err == nil && pair != "" {
			value, _ = url.QueryUnescape(value)
			r.Parts = append(r.Parts, Part{"query " + plain, p.shown(value), p.first(at+formula.Pointer("requestMapping", "query", plain), "/makeApiClient/mapping"+formula.Pointer("query", plain), at+"/path")})
		}
	}
	written := client.SpecHeaders(req)
	for _, name := range slices.Sorted(maps.Keys(req.Header)) {
		part := Part{Name: "header " + name, Text: p.shown(strings.Join(req.Header[name], ", "))}
		if slices.Contains(written, name) {
			part.Place = p.headerPlace(at, name)
		}
		r.Parts = append(r.Parts, part)
	}
	if len(body) > 0 {
		r.Parts = append(r.Parts, Part{"body", p.shown(string(body)), p.first(at+"/requestMapping/data", at+"/requestMapping", "/makeApiClient/mapping/data")})
	}
	return r, nil
}

// headerPlace returns where the spec says a header of a request at a pointer.
func (p *planner) headerPlace(at, name string) Place {
	for _, owner := range []string{at + "/requestMapping", "/makeApiClient/mapping", "/makeApiClient/mapping/args"} {
		for _, key := range p.lookup(owner + "/headers").Keys() {
			if strings.EqualFold(key, name) {
				return p.place(owner + formula.Pointer("headers", key))
			}
		}
		field := map[string]string{"Authorization": "/auth", "Cookie": "/cookies"}[name]
		if field != "" && !p.lookup(owner+field).IsUndefined() {
			return p.place(owner + field)
		}
	}
	if name == "Content-Type" {
		return p.first(at+"/requestMapping/contentType", at+"/requestMapping/data", at+"/requestMapping")
	}
	return p.place("/makeApiClient")
}

// firstOf returns the first of the pointers that the option has something at;
// "" if there is none.
func (p *planner) firstOf(pointers ...string) string {
	for _, pointer := range pointers {
		if !p.lookup(pointer).IsUndefined() {
			return pointer
		}
	}
	return ""
}

// first returns the place of the first of the pointers that the option has
// something at; the zero Place if there is none.
func (p *planner) first(pointers ...string) Place {
	if pointer := p.firstOf(pointers...); pointer != "" {
		return p.place(pointer)
	}
	return Place{}
}

// lookup returns the value at a pointer of the option.
func (p *planner) lookup(pointer string) formula.Value {
	v := p.Option.Value
	for _, token := range strings.Split(pointer, "/")[1:] {
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		if list, ok := v.AsList(); ok {
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(list) {
				return formula.Undefined
			}
			v = list[i]
			continue
		}
		v = v.Get(token)
	}
	return v
}

// answer gives an answer with a stand-in for each thing that the method reads
// of one.
func (p *planner) answer(req *http.Request) *http.Response {
	data := p.read(p.current, "response", "data")
	if steps := p.lookup(p.pointer + "/mapping/steps"); steps.Len() > p.sent-1 && p.sent > 0 {
		_, step := steps.At(p.sent - 1)
		name := step.Get("name").Text()
		data = merged(data, p.read(p.current, "steps", name, "response", "data"))
	}
	if p.lookup(p.pointer+"/type").Text() == spec.KindGraphQL {
		data = formula.Object(formula.Member{Key: "data", Value: data})
	}
	body := data.AppendJSON(nil)
	return &http.Response{
		StatusCode: http.StatusOK, Status: "200 OK", Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1,
		Header: http.Header{"Content-Type": {"application/json"}}, Request: req,
		Body: io.NopCloser(bytes.NewReader(body)), ContentLength: int64(len(body)),
	}
}

// read returns an object that has a stand-in at each path below prefix that
// the formulas of the method read.
func (p *planner) read(name string, prefix ...string) formula.Value {
	v := formula.Object()
	for _, r := range p.Methods.Reads() {
		steps := r.Path.Steps()
		if r.Method != name || !strings.HasPrefix(r.Pointer, p.pointer+"/") || len(steps) <= len(prefix) {
			continue
		}
		below := true
		for i, want := range prefix {
			below = below && steps[i].Property == want
		}
		if below {
			v = p.put(v, steps[len(prefix):], strings.Join(prefix, "."))
		}
	}
	return v
}

// put returns v with a stand-in at a path, unless something is there.
func (p *planner) put(v formula.Value, path []formula.Step, name string) formula.Value {
	if len(path) == 0 {
		if v.Len() > 0 {
			return v
		}
		return p.standIn(name)
	}
	step := path[0]
	if !step.IsIndex {
		if !v.IsObject() {
			v = formula.Object()
		}
		return v.With(step.Property, p.put(v.Get(step.Property), path[1:], name+"."+step.Property))
	}
	list, _ := v.AsList()
	i, most := int(step.Index), 8
	if step.Index < 0 || i > most {
		return v
	}
	items := slices.Clone(list)
	for len(items) <= i {
		items = append(items, formula.Object())
	}
	items[i] = p.put(items[i], path[1:], name+"["+strconv.Itoa(i)+"]")
	return formula.List(items...)
}

// merged returns an object with the members of both.
func merged(a, b formula.Value) formula.Value {
	for i, name := range b.Keys() {
		if _, v := b.At(i); a.IsObject() && !a.Has(name) {
			a = a.With(name, v)
		}
	}
	return a
}
