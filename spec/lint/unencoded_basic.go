package lint

import (
	"regexp"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var unencodedBasic = Rule{
	Code:     "unencoded-basic",
	Severity: spec.Warning,
	check: func(p *Pass) {
		for _, o := range p.Options {
			eachHeaders(o.Option, func(pointer string, headers formula.Value) {
				for i, name := range headers.Keys() {
					if _, v := headers.At(i); strings.EqualFold(name, "Authorization") && isPlainBasic(v) {
						p.Report(o.Option, pointer+formula.Pointer(name), spec.AtValue(), "a user name and a password are sent as they are, and HTTP Basic wants them in Base64",
							"remove the header, and write auth: {username: …, password: …} beside headers: that makes it")
					}
				}
			})
		}
	},
}

// isPlainBasic tells whether a header's value is the word Basic, and behind it
// formulas with a colon between or beside them: there is none in Base64.
func isPlainBasic(v formula.Value) bool {
	parts := authorizationParts(v)
	first, _ := parts[0].AsString()
	rest, ok := strings.CutPrefix(first, "Basic ")
	if !ok {
		return false
	}
	colon, variable := false, false
	for i, part := range parts {
		text, isText := part.AsString()
		if i == 0 {
			text = rest
		}
		if !isText && !(part.Len() == 1 && part.Has("$var")) || strings.Contains(text, "base64") {
			return false
		}
		literal := expression.ReplaceAllString(text, "")
		colon = colon || strings.Contains(literal, ":") || strings.Contains(text, `":"`)
		variable = variable || !isText || len(literal) < len(text)
	}
	return colon && variable
}

// expression matches what stands for a value in a text.
var expression = regexp.MustCompile(`\$\{[^}]*\}`)
