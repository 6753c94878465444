package lint

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/method"
)

// secretInSpec speaks only of what can hardly be anything but a secret. It is a
// warning and no error, since an error cannot be switched off, and some secrets
// are public: the client secret of a desktop application (RFC 8252 8.5), the key
// of a demonstration.
var secretInSpec = Rule{
	Code:     "secret-in-spec",
	Severity: spec.Warning,
	check: func(p *Pass) {
		p.shapedSecrets()
		p.namedSecrets()
		for i, o := range p.Options {
			for _, c := range p.digest().credentials[i] {
				if c.isSecret() {
					p.writtenSecret(p.Report(o.Option, c.pointer, spec.AtValue(), c.what+" is written in the spec, where everyone who reads the file finds it",
						"revoke it, and "+c.instead))
				}
			}
			p.inputSecrets(o.Option, "inputSchema", "leave it out: the user enters it")
			p.inputSecrets(o.Option, "parametersSchema", "leave it out: whoever runs the connector gives it")
		}
		p.environmentSecrets()
	},
}

// writtenSecret keeps the finding that was added last only if none before it
// is about the same text.
func (p *Pass) writtenSecret(d *spec.Diagnostic) {
	last := len(p.found) - 1
	for _, e := range p.found[:last] {
		if e.File == d.File && e.Pointer == d.Pointer {
			p.found = p.found[:last]
			return
		}
	}
}

// shapedSecrets reports what looks like a secret wherever it stands: tokens of
// issuers that give theirs a shape, private keys, JSON Web Tokens; in scripts
// also random text behind a word for credentials.
func (p *Pass) shapedSecrets() {
	texts := p.digest().texts
	for i := range texts {
		t := &texts[i]
		if !t.maybeSecret && !t.isScript() {
			continue
		}
		for _, m := range secret.Lookalikes(t.text) {
			switch {
			case isPlaceholder(t.text[m.Start:m.End]), m.Name == "aws-access-key" && t.isPublic():
				continue
			case m.Name == "hex" || m.Name == "token":
				line := t.text[strings.LastIndexByte(t.text[:m.Start], '\n')+1 : m.Start]
				if !t.isScript() || !saysSecret(line) {
					continue
				}
			}
			where := "in the spec"
			if t.isScript() {
				where = fmt.Sprintf("in the script of %q", t.keys[len(t.keys)-2])
			}
			kind := strings.ReplaceAll(m.Name, "-", " ")
			p.reportText(t, spec.AtText(m.Start, m.End-m.Start), fmt.Sprintf("a secret (%s) is written %s, where everyone who reads the file finds it", kind, where),
				"revoke it, and ask for it: as an input of the user, or as a parameter of the connector")
		}
	}
}

// namedSecrets reports what a name says to be a secret, and what looks random:
// in fields of the author's own, and in the queries of URLs and paths.
func (p *Pass) namedSecrets() {
	texts := p.digest().texts
	for i := range texts {
		t := &texts[i]
		if t.isOwn && spec.SaysSecret(t.field()) && isRandom(t.text) {
			p.writtenSecret(p.reportText(t, spec.AtValue(), fmt.Sprintf("the value of %q is written in the spec, where everyone who reads the file finds it", t.field()),
				"revoke it and remove it; a secret that is needed is asked for in ui.schema, or declared in parametersSchema"))
		}
		if t.hasQuery {
			p.querySecret(t)
		}
	}
}

// querySecret reports a secret in the query of a URL or a path.
func (p *Pass) querySecret(t *writtenText) {
	for start := strings.IndexByte(t.text, '?') + 1; start < len(t.text); {
		end := start + indexOr(t.text[start:], "&# \n\t\"'`")
		name, value, _ := strings.Cut(t.text[start:end], "=")
		if (spec.SaysSecret(name) || name == "key" || name == "sig") && isRandom(value) {
			p.writtenSecret(p.reportText(t, spec.AtText(end-len(value), len(value)), fmt.Sprintf("the value of %q is written in the spec, where everyone who reads the file finds it", name), "revoke it, and "+fromInput))
			return
		}
		if end == len(t.text) || t.text[end] != '&' {
			return
		}
		start = end + 1
	}
}

// isRandom tells whether a text that a name calls a secret can hardly be
// anything else.
func isRandom(text string) bool {
	return len(text) >= 10 && mixesDigits(text) && isWritten(text) && !strings.ContainsAny(text, "{} ")
}

// publicName matches the name of a public field in a script, before its value.
var publicName = regexp.MustCompile(`\b(clientId|consumerKey|accessKeyId)["']?\s*[:=]\s*["'\x60]?$`)

// isPublic tells whether a text is the value of a field that names a key, or the
// default or an example of an input of that name.
func (t *writtenText) isPublic() bool {
	return slices.ContainsFunc(t.keys[max(0, len(t.keys)-3):], method.IsPublicField)
}

// saysSecret tells whether what stands before a value in a script names a
// credential.
func saysSecret(before string) bool {
	before = strings.ToLower(publicName.ReplaceAllString(before, ""))
	for _, word := range []string{"key", "token", "secret", "passw", "pwd", "bearer", "authorization"} {
		if strings.Contains(before, word) {
			return true
		}
	}
	return false
}

// inputSecrets reports values of secret inputs or parameters that their schema
// gives away, or a branch of it.
func (p *Pass) inputSecrets(o *spec.Option, field, hint string) {
	whole := o.Value.Get(field)
	branches := append([]formula.Branch{{Schema: whole}}, formula.Branches(whole)...)
	for _, b := range branches {
		properties := b.Schema.Get("properties")
		for i, name := range properties.Keys() {
			_, schema := properties.At(i)
			sensitive := spec.IsSensitive(schema) || spec.IsSensitive(whole.Get("properties").Get(name))
			if sensitive || isTokenName(name) {
				p.inputSecret(o, formula.Pointer(field)+b.Pointer+formula.Pointer("properties", name), name, schema, sensitive, hint)
			}
		}
	}
}

// inputSecret reports values of one input that its schema gives away.
func (p *Pass) inputSecret(o *spec.Option, pointer, name string, schema formula.Value, sensitive bool, hint string) {
	for _, keyword := range []string{"default", "const", "enum", "examples"} {
		for at, v := range listed(schema.Get(keyword)) {
			text := v.Text()
			if len(text) < minSecret || isPlaceholder(text) || keyword == "examples" && len(secret.Lookalikes(text)) == 0 || keyword == "enum" && !sensitive {
				continue
			}
			p.writtenSecret(p.Report(o, pointer+formula.Pointer(keyword)+at, spec.AtValue(), fmt.Sprintf("the value of %q, a secret, is written in its %q, where everyone who reads the file finds it", name, keyword), hint))
		}
	}
}

// listed returns a value, or the items of one that is a list, by their
// pointers in it.
func listed(v formula.Value) map[string]formula.Value {
	list, ok := v.AsList()
	switch {
	case v.IsMissing():
		return nil
	case !ok:
		return map[string]formula.Value{"": v}
	}
	items := make(map[string]formula.Value, len(list))
	for i, item := range list {
		items[fmt.Sprintf("/%d", i)] = item
	}
	return items
}

// environmentSecrets reports values of secret parameters in environments.
func (p *Pass) environmentSecrets() {
	environments := p.Connector.Meta.Get("environments")
	for i, environment := range environments.Keys() {
		_, values := environments.At(i)
		for j, name := range values.Keys() {
			_, v := values.At(j)
			if text := v.Text(); len(text) < minSecret || isPlaceholder(text) || !p.isSecretParameter(name) {
				continue
			}
			p.writtenSecret(p.ReportMeta(formula.Pointer("environments", environment, name), spec.AtValue(),
				fmt.Sprintf("the value of %q, a secret, is written in an environment, where everyone who reads the file finds it", name),
				"revoke it, and leave it out: whoever runs the connector gives it"))
		}
	}
}

// isSecretParameter tells whether a connector parameter holds a secret.
func (p *Pass) isSecretParameter(name string) bool {
	if isTokenName(name) {
		return true
	}
	for _, o := range p.Options {
		for _, s := range o.Methods.Secrets() {
			if s.Parameter && s.Name == name {
				return true
			}
		}
	}
	return false
}
