package lint

import (
	"regexp"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var refreshLosesToken = Rule{
	Code:     "refresh-loses-token",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for _, o := range p.Options {
			m, pointer := Mapping(o.Option, "refreshCredentials", spec.KindREST)
			if result := m.Get("responseMapping"); result.IsObject() {
				p.lostToken(o.Option, pointer+"/responseMapping/refresh_token", result.Get("refresh_token"), "response.data")
			}
			const after = "getCredentialsFromRefreshTokenResponse"
			m, pointer = Mapping(o.Option, after, spec.KindMapping)
			p.lostToken(o.Option, pointer+"/refresh_token", m.Get("refresh_token"), "tokenResponse")
		}
	},
}

// lostToken reports what gives a refresh token if that is no refresh token
// when the answer, which the variable holds, has none.
func (p *Pass) lostToken(o *spec.Option, pointer string, v formula.Value, answer string) {
	if v.IsUndefined() {
		return
	}
	hint := "write {$var: " + answer + ".refresh_token}, or leave it out: then the old token stays when the answer has none"
	switch text, isText := v.AsString(); {
	case v.Kind() == formula.KindNull, isText && !strings.Contains(text, "${"):
		p.Report(o, pointer, spec.AtValue(), "a refresh overwrites the refresh token with what is none", hint)
	case isText && emptyDefault.MatchString(text), emptyLast(v.Get("$firstNotEmpty")):
		p.Report(o, pointer, spec.AtValue(), "the refresh token is lost when the answer has no new one", hint)
	case isText && wholeVariable.MatchString(text) && !strings.Contains(text, "??") && !strings.Contains(text, "credentials.") && !strings.Contains(text, "authData."):
		p.Report(o, pointer, spec.AtValue(), "the refresh fails when the answer has no new refresh token, which many servers leave out", hint)
	case strings.HasSuffix(v.Get("$var").Text(), "access_token"):
		p.Report(o, pointer, spec.AtValue(), "the refresh token is overwritten with the access token", hint)
	}
}

var (
	// emptyDefault matches an expression that gives nothing in the end.
	emptyDefault = regexp.MustCompile(`\?\?\s*(?:""|''|null|nil)\s*\}$`)
	// wholeVariable matches a text that is one variable.
	wholeVariable = regexp.MustCompile(`^\$\{\s*[A-Za-z_][\w.]*\s*\}$`)
)

// emptyLast tells whether the last of some alternatives is an empty text.
func emptyLast(alternatives formula.Value) bool {
	list, _ := alternatives.AsList()
	if len(list) == 0 {
		return false
	}
	text, isText := list[len(list)-1].AsString()
	return isText && text == ""
}
