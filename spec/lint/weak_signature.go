package lint

import (
	"fmt"

	"github.com/connector-spec/connector/spec"
)

var weakSignature = Rule{
	Code:     "weak-signature",
	Severity: spec.Info,
	check: func(p *Pass) {
		for _, o := range p.Options {
			client, pointer := Client(o.Option)
			sign := client.Get("sign")
			if oauth, at := OAuth(o.Option); oauth.Get("signatureMethod").Text() == "PLAINTEXT" {
				p.plaintext(o.Option, at+"/signatureMethod")
			}
			switch algorithm := sign.Get("algorithm").Text(); {
			case sign.Get("type").Text() == "hmac" && (algorithm == "md5" || algorithm == "sha1"):
				p.Report(o.Option, pointer+"/sign/algorithm", spec.AtValue(), fmt.Sprintf("%q is an old hash for signatures", algorithm), `use "sha256" if the API takes it`)
			case sign.Get("signatureMethod").Text() == "PLAINTEXT":
				p.plaintext(o.Option, pointer+"/sign/signatureMethod")
			}
		}
	},
}

func (p *Pass) plaintext(o *spec.Option, pointer string) {
	p.Report(o, pointer, spec.AtValue(), "PLAINTEXT signs nothing: each request carries the secrets themselves",
		`use "HMAC-SHA256", or "HMAC-SHA1", which every server of OAuth 1 knows`)
}
