package lint

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// maxSites is how many sites of others an API may be spread over before the
// list of those who get the credential is worth a question.
const maxSites = 3

var wideOrigins = Rule{
	Code:     "wide-origins",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for _, o := range p.Options {
			if origins := o.Option.Value.Get("allowedOrigins"); origins.Len() > 0 {
				p.origins(o.Option, origins)
			}
		}
	},
}

// origins reports origins that are more than one host, and lists of too many.
func (p *Pass) origins(o *spec.Option, origins formula.Value) {
	base := o.Value.Get("baseUri")
	if client, _ := Client(o); base.IsMissing() {
		base = client.Get("baseUri")
	}
	sites := map[string]bool{siteOf(base.Text()): true}
	for i := range origins.Len() {
		_, item := origins.At(i)
		text := item.Text()
		if at := strings.IndexByte(text, '*'); at >= 0 {
			p.Report(o, formula.Pointer("allowedOrigins", strconv.Itoa(i)), spec.AtText(at, 1), fmt.Sprintf("%q is no host: an origin gets the credential, so each is written out", text),
				"list the hosts; one that the user or the provider names may be a formula")
			continue
		}
		if site := siteOf(text); site != "" {
			sites[site] = true
		}
	}
	if n := len(sites) - 1; n > maxSites {
		p.Report(o, "/allowedOrigins", spec.AtKey(), fmt.Sprintf("the credential may go to %d sites beside the API's own", n), "keep those that requests with the credential go to")
	}
}

// siteOf returns the domain that is registered for a literal URL, as far as it
// can be seen without a list of all suffixes; "" if there is none.
func siteOf(url string) string {
	host, _, _ := strings.Cut(strings.ToLower(hostOf(url)), ":")
	labels := strings.Split(host, ".")
	n := len(labels)
	switch {
	case n < 2 || strings.ContainsAny(labels[n-2]+labels[n-1], "${}"):
		return ""
	case n > 2 && len(labels[n-1]) == 2 && len(labels[n-2]) <= 3: // co.uk
		return strings.Join(labels[n-3:], ".")
	}
	return strings.Join(labels[n-2:], ".")
}
