package lint

import (
	"net/netip"
	"strconv"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// insecureURL is an error, since the client refuses such an address (RFC 6749
// 3.1, 3.2).
var insecureURL = Rule{
	Code:     "insecure-url",
	Severity: spec.Error,
	check: func(p *Pass) {
		p.insecureURLs(func(o *spec.Option, pointer, text, what string) {
			if !mayBeHere(hostOf(text)) {
				p.Report(o, pointer, spec.AtText(0, len("http:")), what+" is reached without TLS, so anyone on the way reads what is sent there", "write https://")
			}
		})
	},
}

var maybeInsecureURL = Rule{
	Code:     "maybe-insecure-url",
	Severity: spec.Warning,
	check: func(p *Pass) {
		p.insecureURLs(func(o *spec.Option, pointer, text, what string) {
			if mayBeHere(hostOf(text)) {
				p.Report(o, pointer, spec.AtText(0, len("http:")), what+" is reached without TLS, which works only if it is on the same machine", "write https://")
			}
		})
	},
}

// insecureURLs visits the texts in the addresses of each option that begin with
// http.
func (p *Pass) insecureURLs(visit func(o *spec.Option, pointer, text, what string)) {
	for i, o := range p.Options {
		texts := func(pointer string, v formula.Value, what string) {
			if text, ok := v.AsString(); ok && !isInsecure(text) {
				return
			}
			Texts(pointer, v, func(pointer, text string) bool {
				if isInsecure(text) {
					visit(o.Option, pointer, text, what)
				}
				return true
			})
		}
		for _, a := range p.digest().addresses[i] {
			texts(a.pointer, a.value, a.what)
		}
		origins := o.Option.Value.Get("allowedOrigins")
		for i := range origins.Len() {
			_, item := origins.At(i)
			texts(formula.Pointer("allowedOrigins", strconv.Itoa(i)), item, "an allowed origin")
		}
	}
}

// mayBeHere tells whether values give the whole of a host.
func mayBeHere(host string) bool {
	_, rest, ok := strings.Cut(host, "}")
	return host == "" || ok && strings.HasPrefix(host, "${") && (rest == "" || rest[0] == ':' || strings.HasPrefix(rest, "${"))
}

// isInsecure tells whether a text begins a URL that is http and leads, as far
// as it can be seen, to another machine.
func isInsecure(text string) bool {
	if len(text) < len("http://") || text[4] != ':' || !strings.EqualFold(text[:7], "http://") {
		return false
	}
	host := hostOf(text)
	if i := strings.LastIndexByte(host, ':'); i > 0 && !strings.HasSuffix(host, "]") {
		host = host[:i]
	}
	host = strings.Trim(host, "[]")
	ip, err := netip.ParseAddr(host)
	return !strings.EqualFold(host, "localhost") && (err != nil || !ip.Unmap().IsLoopback())
}
