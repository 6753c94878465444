package lint

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var oddLifetime = Rule{
	Code:     "odd-lifetime",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for _, o := range p.Options {
			for _, name := range credentialMethods {
				if !o.Option.Value.Has(name) {
					continue
				}
				result, pointer := Mapping(o.Option, name, spec.KindMapping)
				if result.IsUndefined() {
					m, at := Mapping(o.Option, name, spec.KindREST)
					result, pointer = m.Get("responseMapping"), at+"/responseMapping"
				}
				p.lifetime(o.Option, pointer, result)
			}
		}
	},
}

// credentialMethods are the methods that give credentials.
var credentialMethods = []string{
	"getTokenData", "getCredentialsFromAccessTokenResponse", "getCredentialsFromRefreshTokenResponse",
	"getCredentialsFromConnectionParameters", "refreshCredentials",
}

// lifetime reports an expires_in that is no number of seconds, an expires_at
// that is no time of an answer, and one that is taken for the other.
func (p *Pass) lifetime(o *spec.Option, pointer string, result formula.Value) {
	if in := result.Get("expires_in"); !in.IsMissing() {
		text, isText := in.AsString()
		_, err := strconv.ParseFloat(text, 64)
		switch {
		case isText && err != nil && !strings.Contains(text, "${"):
			p.Report(o, pointer+"/expires_in", spec.AtValue(), fmt.Sprintf("%q is no number of seconds", text), "write the lifetime in seconds, such as 3600 for an hour")
		case readsField(in, "expires_at", "expiresAt"):
			p.Report(o, pointer+"/expires_in", spec.AtValue(), "a time is given where a number of seconds is wanted", "call it expires_at: that is when the credentials end, expires_in how long they last")
		}
	}
	if at := result.Get("expires_at"); !at.IsMissing() {
		text, isText := at.AsString()
		_, isNumber := at.AsNumber()
		switch {
		case isNumber, isText && !strings.Contains(text, "${"):
			p.Report(o, pointer+"/expires_at", spec.AtValue(), "this is the same time for every connection", "read it from the answer, or give expires_in: the lifetime in seconds")
		case readsField(at, "expires_in", "expiresIn"):
			p.Report(o, pointer+"/expires_at", spec.AtValue(), "a number of seconds is given where a time is wanted", "call it expires_in: that is how long the credentials last, expires_at when they end")
		}
	}
}

// readsField tells whether a value is one variable whose last name is one of
// those, and nothing is done with it.
func readsField(v formula.Value, names ...string) bool {
	path := v.Get("$var").Text()
	if text, ok := v.AsString(); ok && wholeVariable.MatchString(text) {
		path = strings.Trim(text, "${} ")
	}
	for _, name := range names {
		if path != "" && path[strings.LastIndexByte(path, '.')+1:] == name {
			return true
		}
	}
	return false
}
