package lint

import (
	"fmt"
	"net/netip"
	"strconv"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// insecureURL is an error, since the client refuses such an address (RFC 6749
// 3.1, 3.2); a warning if a value may yet make it one of this machine.
var insecureURL = Rule{
	Code:     "insecure-url",
	Severity: spec.Error,
	check: func(p *Pass) {
		for i, o := range p.Options {
			for _, a := range p.digest().addresses[i] {
				p.insecure(o.Option, a.pointer, a.value, a.what+" is")
			}
			origins := o.Option.Value.Get("allowedOrigins")
			for i := range origins.Len() {
				_, item := origins.At(i)
				p.insecure(o.Option, formula.Pointer("allowedOrigins", strconv.Itoa(i)), item, "what the credential may go to is")
			}
		}
	},
}

// insecure reports the texts of an address that begin with http.
func (p *Pass) insecure(o *spec.Option, pointer string, v formula.Value, what string) {
	if text, ok := v.AsString(); ok && !isInsecure(text) {
		return
	}
	Texts(pointer, v, func(pointer, text string) bool {
		if isInsecure(text) {
			d := p.Report(o, pointer, spec.AtText(0, len("http:")), fmt.Sprintf("%s reached without TLS, so anyone on the way reads what is sent there", what), "write https://")
			if host := hostOf(text); host == "" || strings.Contains(host, "${") {
				d.Severity = spec.Warning
			}
		}
		return true
	})
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
