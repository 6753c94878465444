package lint

import (
	"io/fs"
	"iter"
	"strconv"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// A Pass is one rule at work on one connector.
type Pass struct {
	Connector *spec.Connector
	Options   []Checked
	Files     fs.FS  // of the connector's directory; nil if there is none
	Ready     bool   // the connector is to be listed: its stage says so, or whoever asks
	For       string // names the platform that it is checked for; "" for none

	platform *platform // that For names; nil if there is none
	rule     *Rule
	found    []spec.Diagnostic
	gathered *digest // see [Pass.digest]
}

// Report adds a finding at a part of an option. What it returns may be
// completed until the next one is added.
func (p *Pass) Report(o *spec.Option, pointer string, at spec.At, message, hint string) *spec.Diagnostic {
	return p.add(o.Diagnose(p.rule.Code, p.rule.Severity, pointer, at, message, hint))
}

// ReportAuth adds a finding at a part of the connector's Auth.
func (p *Pass) ReportAuth(pointer string, at spec.At, message, hint string) *spec.Diagnostic {
	return p.add(p.Connector.Diagnose(p.rule.Code, p.rule.Severity, pointer, at, message, hint))
}

// ReportMeta adds a finding at what the spec says of the connector as a whole.
func (p *Pass) ReportMeta(pointer string, at spec.At, message, hint string) *spec.Diagnostic {
	return p.add(p.Connector.DiagnoseMeta(p.rule.Code, p.rule.Severity, pointer, at, message, hint))
}

func (p *Pass) add(d spec.Diagnostic) *spec.Diagnostic {
	p.found = append(p.found, d)
	return &p.found[len(p.found)-1]
}

// Mapping returns the mapping of a method of an option and its pointer; it is
// undefined if the method is not there or is no mapping of that kind.
func Mapping(o *spec.Option, method, kind string) (mapping formula.Value, pointer string) {
	m := o.Value.Get(method)
	if m.Get("type").Text() != kind {
		return formula.Undefined, ""
	}
	return m.Get("mapping"), formula.Pointer(method, "mapping")
}

// OAuth returns the OAuth configuration of an option, if it is a mapping, and
// its pointer.
func OAuth(o *spec.Option) (formula.Value, string) {
	return Mapping(o, "getOAuthConfig", spec.KindMapping)
}

// Client returns what makeApiClient of an option gives, if it is a mapping, and
// its pointer.
func Client(o *spec.Option) (formula.Value, string) {
	v, pointer := Mapping(o, "makeApiClient", spec.KindMapping)
	if args := v.Get("args"); args.IsObject() { // a wrapper that the SDK's own schema has
		return args, pointer + "/args"
	}
	return v, pointer
}

// Requests returns the requests of a method that is a rest-api-mapping, with
// their pointers.
func Requests(o *spec.Option, method string) (requests []formula.Value, pointers []string) {
	m, pointer := Mapping(o, method, spec.KindREST)
	if !m.IsObject() {
		return nil, nil
	}
	steps, ok := m.Get("steps").AsList()
	if !ok {
		return []formula.Value{m}, []string{pointer}
	}
	for i := range steps {
		pointers = append(pointers, pointer+formula.Pointer("steps", strconv.Itoa(i)))
	}
	return steps, pointers
}

// requestMethods are the methods that may be requests.
var requestMethods = []string{
	"getTokenData", "getCredentialsFromAccessTokenResponse", "getCredentialsFromRefreshTokenResponse",
	"getCredentialsFromConnectionParameters", "refreshCredentials", "test", "disconnect",
}

// eachRequest goes through the requests of all methods of an option, with their
// pointers.
func eachRequest(o *spec.Option) iter.Seq2[string, formula.Value] {
	return func(yield func(string, formula.Value) bool) {
		for _, method := range requestMethods {
			if !o.Value.Has(method) {
				continue
			}
			requests, pointers := Requests(o, method)
			for i, r := range requests {
				if !yield(pointers[i], r) {
					return
				}
			}
		}
	}
}

// Texts calls visit for every text in a value with the pointer of the text,
// formulas' arguments included, until it returns false.
func Texts(pointer string, v formula.Value, visit func(pointer, text string) bool) bool {
	if text, ok := v.AsString(); ok {
		return visit(pointer, text)
	}
	for i := range v.Len() {
		key, item := v.At(i)
		if !v.IsObject() {
			key = strconv.Itoa(i)
		}
		if item.Len() == 0 {
			if text, ok := item.AsString(); ok && !visit(pointer+formula.Pointer(key), text) {
				return false
			}
			continue
		}
		if !Texts(pointer+formula.Pointer(key), item, visit) {
			return false
		}
	}
	return true
}
