package lint

import (
	"fmt"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var repeatedBase = Rule{
	Code:     "repeated-base",
	Severity: spec.Warning,
	check: func(p *Pass) {
		p.repeatedBases()
		p.eachClientPath(func(o *spec.Option, pointer, path, base string) {
			if rest, ok := pathBehind(path, base); ok {
				p.Report(o, pointer, spec.AtText(0, len(base)), "the path writes out the base address", fmt.Sprintf("write %q: the rest is baseUri", "/"+rest))
			}
		})
	},
}

// eachClientPath visits the paths of the requests that the API client sends,
// with the base address that it puts before them, without a slash at its end.
func (p *Pass) eachClientPath(visit func(o *spec.Option, pointer, path, base string)) {
	for _, o := range p.Options {
		client, _ := Client(o.Option)
		base := strings.TrimRight(client.Get("baseUri").Text(), "/")
		if !strings.Contains(base, "://") {
			continue
		}
		_, host, _ := strings.Cut(base, "://")
		for _, method := range clientMethods {
			m, _ := Mapping(o.Option, method, spec.KindREST)
			if path := m.Get("path").Text(); !strings.Contains(host, "/") && path != "" && !strings.Contains(path, "://") {
				continue // it says nothing that the base says
			}
			requests, pointers := Requests(o.Option, method)
			for i, r := range requests {
				visit(o.Option, pointers[i]+"/path", r.Get("path").Text(), base)
			}
		}
	}
}

// clientMethods are the methods whose requests the API client sends.
var clientMethods = []string{"test", "disconnect"}

// pathBehind returns what stands behind a prefix of whole segments.
func pathBehind(path, prefix string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(path, prefix)
	if !ok || rest != "" && rest[0] != '/' && rest[0] != '?' {
		return "", false
	}
	return strings.TrimLeft(rest, "/"), true
}

// repeatedBases reports a base address that several options write out, or that
// one writes out though it inherits it.
func (p *Pass) repeatedBases() {
	auth := p.Connector.Auth
	if auth.Get("options").Len() == 0 || p.Connector.Dialect() == formula.DialectMembrane {
		return // there, an option that has a client says where the API is
	}
	shared := auth.Get("baseUri").Text()
	choice := shared == "" && auth.Has("type") && !auth.Has("makeApiClient") && !auth.Has("selectable") // if it had an address
	if choice && p.Connector.Generation == 3 {
		return
	}
	var seen []string
	eachOptionBase(auth.Get("options"), func(pointer, base string) {
		switch {
		case base == shared:
			p.ReportAuth(pointer, spec.AtValue(), "the base address is the one that the option inherits", "remove it here")
		case shared == "" && count(seen, base) == 1:
			p.ReportAuth(pointer, spec.AtValue(), "several options write out the same base address", sharedBaseHint(p.Connector, choice))
		}
		seen = append(seen, base)
	})
}

// sharedBaseHint says where what options share stands; choice tells that with it
// the base would be a way to authenticate of its own.
func sharedBaseHint(c *spec.Connector, choice bool) string {
	hint := "write it once, as baseUri of auth, and leave it out here: the options inherit it"
	if c.Generation == 3 {
		hint = "write it once, as baseUri at the top, and leave it out here: the options inherit it"
	}
	if choice {
		hint += `; "selectable: false" beside it keeps auth from being a choice of its own`
	}
	return hint
}

// eachOptionBase visits the base addresses that options write as text, unless
// nothing is left of a client without its address.
func eachOptionBase(options formula.Value, visit func(pointer, base string)) {
	for i, key := range options.Keys() {
		_, option := options.At(i)
		if base := option.Get("baseUri").Text(); base != "" {
			visit(formula.Pointer("options", key, "baseUri"), base)
		}
		client := option.Get("makeApiClient").Get("mapping")
		if base := client.Get("baseUri").Text(); base != "" && client.Len() > 1 {
			visit(formula.Pointer("options", key, "makeApiClient", "mapping", "baseUri"), base)
		}
	}
}
