package lint

import "github.com/connector-spec/connector/spec"

var noRefresh = Rule{
	Code:     "no-refresh",
	Severity: spec.Warning,
	check: func(p *Pass) {
		const login = "getCredentialsFromConnectionParameters"
		for _, o := range p.Options {
			if o.Option.Value.Has("refreshCredentials") || o.Option.Type() != "client-credentials" {
				continue
			}
			m, pointer := Mapping(o.Option, login, spec.KindREST)
			if !m.IsObject() {
				continue
			}
			message, at, severity := "nothing says how long the result of the login lasts, and nothing renews it", "/"+login, spec.Info
			hint := "if it ends, add refreshCredentials, and expires_in to the responseMapping of both"
			for _, field := range []string{"expires_at", "expires_in"} {
				if m.Get("responseMapping").Has(field) {
					message, at, severity = "what the login gives expires, and nothing renews it", pointer+"/responseMapping/"+field, spec.Warning
					hint = "add refreshCredentials: the request that renews it, or the same login once more, which may read what the user entered"
				}
			}
			p.Report(o.Option, at, spec.AtKey(), message, hint).Severity = severity
		}
	},
}
