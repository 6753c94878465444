package auth

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"
	"maps"
	"net/url"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// A Consent is what the user of a connection agrees to when it is made: where
// its credential goes, and what sends it there. A spec may change afterwards;
// then its user is to be asked again.
type Consent struct {
	// Hosts are the origins that the credential may go to, as far as they are
	// known before a login. Later says that the address of the API is not: it
	// comes with the credential. Issuer is who names endpoints that the spec does
	// not write, which are not known either; "" if nobody does.
	Hosts  []string
	Later  bool
	Issuer string

	parts []consentPart
}

// A consentPart is a part of a spec that decides what is sent, with its digest.
type consentPart struct{ name, digest string }

// sendsNothing lists the fields of an option, and of a spec that has no auth of
// its own, that decide nothing about what is sent where. What is not known to be
// harmless counts. Operations are looked at one by one.
var sendsNothing = []string{
	"title", "description", "ui", "inputSchema", "parametersSchema", "credentialsSchema", "customCredentialsSchema",
	"connectionLabel", "registration", "enabled", "selectable", "username", "password", "options", "operations",
	"key", "name", "version", "stage", "readyDigest", "logoUri", "homepageUri", "apiDocsUri", "categories", "audience", "environments",
}

// Consent says what the user of a connection of the option agrees to, with the
// values that it is made with. No script is run for it.
func (s Subject) Consent(v Values) (Consent, error) {
	var c Consent
	c.hosts(s, v)
	for i, field := range s.Option.Value.Keys() {
		_, value := s.Option.Value.At(i)
		if !slices.Contains(sendsNothing, field) {
			c.field(field, value)
		}
	}
	for _, o := range s.Connector.Operations() {
		c.add(partName("operation "+o.Key, o.Value), o.Value.AppendJSON(nil))
	}
	c.environments(s, v)
	if s.Files == nil {
		return c, nil
	}
	imports, err := s.Methods.Imports(s.Files)
	if err != nil {
		return c, err
	}
	for _, name := range imports.Files {
		data, err := fs.ReadFile(s.Files, name)
		if err != nil {
			return c, err
		}
		c.add("the file "+name, data)
	}
	return c, nil
}

// hosts finds the origins that values and spec say.
func (c *Consent) hosts(s Subject, v Values) {
	l := newLife(s, v, nil, epoch, [32]byte{})
	origins := originsOf(s.Methods.LiteralOrigins())
	allowed, _ := s.Option.Value.Get("allowedOrigins").AsList()
	for _, item := range allowed {
		if text, _, err := l.allowed(item); err == nil && text != "" {
			origins = append(origins, originsOf([]string{text})...)
		}
	}
	if imports, err := s.Methods.Imports(s.Files); err == nil {
		origins = append(origins, originsOf(imports.Origins)...)
	}
	bases, err := s.Methods.BaseOrigins(l.variables(withCredentials(l.values.Inputs)...), l.run)
	c.Later = err != nil
	for _, base := range bases {
		origins = append(origins, originsOf([]string{base.URL})...)
	}
	redirect, _ := l.redirectURI()
	endpoints := s.Methods.Endpoints(l.variables(
		formula.Member{Key: "redirectUri", Value: formula.String(redirect)},
		formula.Member{Key: "state", Value: formula.String("")},
	), l.run)
	for _, field := range slices.Sorted(maps.Keys(endpoints)) {
		origins = append(origins, originsOf([]string{endpoints[field].URL})...)
	}
	c.Issuer = endpoints["issuer"].URL
	for _, o := range origins {
		if text := o.String(); !slices.Contains(c.Hosts, text) {
			c.Hosts = append(c.Hosts, text)
		}
	}
}

// environments adds the parameters that are as an environment of the spec says:
// they may decide where a credential goes, though no host shows it yet.
func (c *Consent) environments(s Subject, v Values) {
	sets := s.Connector.Meta.Get("environments")
	for i, name := range v.Parameters.Keys() {
		_, value := v.Parameters.At(i)
		for j := range sets.Len() {
			if _, set := sets.At(j); set.Has(name) && set.Get(name).Equal(value) {
				c.add("the parameter "+name+" of an environment", value.AppendJSON(nil))
				break
			}
		}
	}
}

// field adds a field of the option, of the configuration of OAuth one by one.
func (c *Consent) field(name string, v formula.Value) {
	mapping := v.Get("mapping")
	if name != "getOAuthConfig" || !mapping.IsObject() {
		c.add(partName(name, v), v.AppendJSON(nil))
		return
	}
	for i, inner := range mapping.Keys() {
		_, item := mapping.At(i)
		c.add(name+"."+inner, item.AppendJSON(nil))
	}
}

// partName names a part as its user is told of it.
func partName(name string, v formula.Value) string {
	if v.Get("type").Text() == spec.KindJavaScript {
		return "the script of " + name
	}
	return name
}

func (c *Consent) add(name string, data []byte) {
	sum := sha256.Sum256(data)
	c.parts = append(c.parts, consentPart{name, hex.EncodeToString(sum[:])})
}

// Digest returns a digest of what sends the credential: the same parts of a
// spec give the same one. It names the parts, so that [Consent.Since] can say
// which of them changed.
func (c Consent) Digest() string {
	values := url.Values{}
	for _, p := range c.parts {
		values.Set(p.name, p.digest)
	}
	return consentVersion + values.Encode()
}

// consentVersion begins a digest.
const consentVersion = "1?"

// Elsewhere says to which hosts the credential goes beside those that its user
// agreed to.
func (c Consent) Elsewhere(hosts []string) []string {
	var changes []string
	for _, h := range c.Hosts {
		if !slices.Contains(hosts, h) {
			changes = append(changes, "the credential would also go to "+h)
		}
	}
	return changes
}

// Since says what differs from what the user agreed to, by the hosts and the
// digest that were kept then: nothing if they still hold.
func (c Consent) Since(hosts []string, digest string) []string {
	changes := c.Elsewhere(hosts)
	text, known := strings.CutPrefix(digest, consentVersion)
	kept, err := url.ParseQuery(text)
	if !known || err != nil {
		return append(changes, "what sends the credential is not known to be what it was")
	}
	for _, p := range c.parts {
		switch {
		case !kept.Has(p.name):
			changes = append(changes, p.name+" was added")
		case kept.Get(p.name) != p.digest:
			changes = append(changes, p.name+" was changed")
		}
		kept.Del(p.name)
	}
	for _, name := range slices.Sorted(maps.Keys(kept)) {
		changes = append(changes, name+" was removed")
	}
	return changes
}
