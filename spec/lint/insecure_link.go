package lint

import "github.com/connector-spec/connector/spec"

var insecureLink = Rule{
	Code:     "insecure-link",
	Severity: spec.Info,
	check: func(p *Pass) {
		texts := p.digest().texts
		for i := range texts {
			if t := &texts[i]; isInsecure(t.text) && isLink(t.field()) {
				p.reportText(t, spec.AtText(0, len("http:")), "the link leads to a page without TLS, which anyone on the way can change", "write https://")
			}
		}
	},
}

// isLink tells whether a field holds a link for people.
func isLink(field string) bool {
	switch field {
	case "helpUri", "homepageUri", "apiDocsUri", "logoUri":
		return true
	}
	return false
}
