package simulate

import (
	"crypto/ecdsa"
	"crypto/ed25519"
	"crypto/rand"
	"crypto/rsa"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"fmt"
	"math/big"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/connector-spec/connector/auth/sign"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// A Use says what a value is for that a schema does not say.
type Use struct {
	// Alg is the algorithm that the value signs by: it is a private key, or a
	// long secret.
	Alg string
	// Certificate says that it is one of a client, and CertificateKey that it is
	// the key of one.
	Certificate, CertificateKey bool
	// Address says that the value is a whole URL, Host that it is a whole host.
	Address, Host bool
	// Needed says that a formula reads it: it is given though it is not required.
	Needed bool
}

// A ValueError says that a value cannot be made up.
type ValueError struct{ Name, Reason string }

func (e *ValueError) Error() string {
	if e.Name == "" {
		return e.Reason
	}
	return fmt.Sprintf("%q %s", e.Name, e.Reason)
}

// Values makes values that a schema accepts: defaults and examples where it has
// them, else what fits names, formats, patterns and uses. Seed makes those that
// are secrets differ.
func Values(schema formula.Value, uses map[string]Use, seed string) (formula.Value, error) {
	if !schema.IsObject() {
		return formula.Object(), nil
	}
	g := &generator{schema: schema, uses: uses, seed: seed}
	values := formula.Object()
	properties := schema.Get("properties")
	required, _ := schema.Get("required").AsList()
	for i, name := range properties.Keys() {
		_, property := properties.At(i)
		must := slices.ContainsFunc(required, func(v formula.Value) bool { return v.Text() == name })
		if !must && !uses[name].Needed && !property.Has("default") {
			continue
		}
		v, err := g.property(name, property)
		if err != nil && must {
			return values, err
		}
		if err == nil {
			values = values.With(name, v)
		}
	}
	return g.mend(values)
}

// A generator makes the values of one schema.
type generator struct {
	schema formula.Value
	uses   map[string]Use
	seed   string
}

// mend changes values until the whole schema accepts them: what conditions
// require is added, what is not accepted made anew with all that is said about it.
func (g *generator) mend(values formula.Value) (formula.Value, error) {
	const rounds = 6
	for range rounds {
		problems, err := spec.CheckInputs(g.schema, values)
		if err != nil {
			return values, &ValueError{"", "the schema cannot be used: " + err.Error()}
		}
		if len(problems) == 0 {
			return values, nil
		}
		name, _, _ := strings.Cut(problems[0].Name, ".")
		if name == "" {
			break
		}
		v, err := g.property(name, g.whole(name))
		if err != nil {
			return values, err
		}
		if values.Get(name).Equal(v) {
			required, _ := g.schema.Get("required").AsList()
			if slices.ContainsFunc(required, func(v formula.Value) bool { return v.Text() == name }) {
				return values, &ValueError{name, "cannot be made up, since a value " + problems[0].Message + ": give it a default or an example in the schema"}
			}
			values = values.Without(name)
			continue
		}
		values = values.With(name, v)
	}
	problems, err := spec.CheckInputs(g.schema, values)
	if err != nil || len(problems) == 0 {
		return values, err
	}
	return values, &ValueError{problems[0].Name, "cannot be made up (" + problems[0].Message + "): give the schema a default or an example"}
}

// whole returns all that the schema says about a property, conditions included.
func (g *generator) whole(name string) formula.Value {
	v := g.schema.Get("properties").Get(name)
	if !v.IsObject() {
		v = formula.Object()
	}
	var visit func(s formula.Value, depth int)
	visit = func(s formula.Value, depth int) {
		if depth > 4 {
			return
		}
		for _, keyword := range []string{"then", "else"} {
			branch := s.Get(keyword)
			v = over(v, branch.Get("properties").Get(name))
			visit(branch, depth+1)
		}
		for _, keyword := range []string{"allOf", "anyOf", "oneOf"} {
			list, _ := s.Get(keyword).AsList()
			for _, branch := range list {
				v = over(v, branch.Get("properties").Get(name))
				visit(branch, depth+1)
			}
		}
	}
	visit(g.schema, 0)
	return v
}

// over returns a schema with the keywords of another over it.
func over(a, b formula.Value) formula.Value {
	for i, key := range b.Keys() {
		_, v := b.At(i)
		a = a.With(key, v)
	}
	return a
}

// property makes the value of a property.
func (g *generator) property(name string, s formula.Value) (formula.Value, error) {
	for _, keyword := range []string{"default", "const"} {
		if s.Has(keyword) && !s.Get(keyword).IsMissing() && s.Get(keyword).Text() != "" || s.Has(keyword) && s.Get(keyword).Kind() != formula.KindString {
			return s.Get(keyword), nil
		}
	}
	for _, keyword := range []string{"examples", "enum"} {
		if list, ok := s.Get(keyword).AsList(); ok && len(list) > 0 {
			return list[0], nil
		}
	}
	if s.Has("example") {
		return s.Get("example"), nil
	}
	for _, keyword := range []string{"oneOf", "anyOf", "allOf"} {
		if list, ok := s.Get(keyword).AsList(); ok && len(list) > 0 {
			s = over(s.Without(keyword), list[0])
			return g.property(name, s)
		}
	}
	kind := s.Get("type").Text()
	if list, ok := s.Get("type").AsList(); ok && len(list) > 0 {
		kind = list[0].Text()
	}
	switch kind {
	case "number", "integer":
		return number(s), nil
	case "boolean":
		return formula.Bool(true), nil
	case "null":
		return formula.Null, nil
	case "array":
		return g.list(name, s)
	case "object":
		inner := &generator{schema: s, seed: g.seed + "/" + name}
		return inner.object()
	}
	return g.text(name, s)
}

func (g *generator) object() (formula.Value, error) {
	values := formula.Object()
	properties := g.schema.Get("properties")
	for i, name := range properties.Keys() {
		_, property := properties.At(i)
		v, err := g.property(name, property)
		if err != nil {
			return values, err
		}
		values = values.With(name, v)
	}
	return values, nil
}

func (g *generator) list(name string, s formula.Value) (formula.Value, error) {
	n := 1
	if least, ok := s.Get("minItems").AsNumber(); ok && least > 1 && least <= 20 {
		n = int(least)
	}
	var items []formula.Value
	for i := range n {
		item := &generator{uses: g.uses, seed: fmt.Sprintf("%s/%d", g.seed, i)}
		v, err := item.property(name, s.Get("items"))
		if err != nil {
			return formula.Undefined, err
		}
		items = append(items, v)
	}
	return formula.List(items...), nil
}

// number makes a number within the bounds of a schema.
func number(s formula.Value) formula.Value {
	n := float64(1)
	if least, ok := s.Get("minimum").AsNumber(); ok {
		n = max(n, least)
	}
	if least, ok := s.Get("exclusiveMinimum").AsNumber(); ok {
		n = max(n, least+1)
	}
	if most, ok := s.Get("maximum").AsNumber(); ok {
		n = min(n, most)
	}
	if step, ok := s.Get("multipleOf").AsNumber(); ok && step > 0 {
		for _, least := range []float64{n} {
			n = step * float64(int((least+step-1)/step))
		}
	}
	return formula.Number(n)
}

// text makes a text.
func (g *generator) text(name string, s formula.Value) (formula.Value, error) {
	least, most := 0, 0
	if n, ok := s.Get("minLength").AsNumber(); ok {
		least = int(min(n, 4096))
	}
	if n, ok := s.Get("maxLength").AsNumber(); ok {
		most = int(min(n, 1<<20))
	}
	use := g.uses[name]
	if made := use.text(); made != "" {
		return formula.String(made), nil
	}
	if pattern := s.Get("pattern").Text(); pattern != "" {
		made, err := matching(pattern, least, most, g.seed+name, spec.IsSensitive(s))
		if err != nil {
			return formula.Undefined, &ValueError{name, err.Error() + ": give it a default or an example in the schema"}
		}
		return formula.String(made), nil
	}
	made := g.plain(name, s)
	if use.Alg != "" || strings.HasPrefix(use.Alg, "HS") {
		made = digits(g.seed+name, 64)
	}
	for len([]rune(made)) < least {
		made += "simulated"[:min(9, least-len([]rune(made)))]
	}
	if most > 0 && len([]rune(made)) > most {
		made = string([]rune(made)[:most])
	}
	return formula.String(made), nil
}

// formats are values by their format.
var formats = map[string]string{
	"email": "ada@example.com", "hostname": "acme.example", "uri": "https://acme.example", "url": "https://acme.example",
	"date": "2026-01-01", "date-time": "2026-01-01T00:00:00Z", "time": "00:00:00Z", "uuid": "3f2b8a10-6c1d-4e5f-9a7b-0123456789ab",
	"ipv4": "192.0.2.1", "ipv6": "2001:db8::1", "uri-reference": "/acme", "regex": ".*", "duration": "PT1H", "json-pointer": "/acme",
}

// inputWords are values by what the name of an input has in it.
var inputWords = []struct{ words, value string }{
	{"email mail", "ada@example.com"},
	{"url uri endpoint", "https://acme.example"},
	{"host server domain", "acme.example"},
	{"region", "eu-west-1"},
	{"subdomain shop site tenant account workspace company instance org team", "acme"},
	{"user login", "ada"},
	{"port", "443"},
	{"scope", "read"},
	{"version", "1"},
	{"locale lang", "en"},
}

// plain makes a text by its format and name.
func (g *generator) plain(name string, s formula.Value) string {
	if made := formats[s.Get("format").Text()]; made != "" {
		return made
	}
	lower := strings.ToLower(name)
	secret := spec.IsSensitive(s) || strings.Contains(lower, "key") || strings.Contains(lower, "token") || strings.Contains(lower, "secret") || strings.Contains(lower, "passw")
	if use := g.uses[name]; !secret {
		switch {
		case use.Address:
			return "https://acme.example"
		case use.Host:
			return "acme.example"
		}
		for _, w := range inputWords {
			for word := range strings.FieldsSeq(w.words) {
				if !strings.Contains(lower, word) {
					continue
				}
				// What is part of a host the author may have written the rest of.
				if strings.HasPrefix(w.words, "host") && !use.Host {
					return "acme"
				}
				return w.value
			}
		}
	}
	return "sim" + digits(g.seed+name, 29)
}

// text returns the key, secret or certificate that a use asks for; "" for others.
func (u Use) text() string {
	switch {
	case u.Certificate:
		return certificate()
	case u.CertificateKey:
		return formula.ThrowAwayKey("ES256")
	case u.Alg != "":
		return formula.ThrowAwayKey(u.Alg)
	}
	return ""
}

// certificate makes a certificate of the throw-away key.
func certificate() string {
	key, err := sign.PrivateKey(formula.ThrowAwayKey("ES256"))
	if err != nil {
		return ""
	}
	ec, ok := key.(*ecdsa.PrivateKey)
	if !ok {
		return ""
	}
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "simulated client"},
		NotBefore: time.Date(2020, 1, 1, 0, 0, 0, 0, time.UTC), NotAfter: time.Date(2100, 1, 1, 0, 0, 0, 0, time.UTC),
		ExtKeyUsage: []x509.ExtKeyUsage{x509.ExtKeyUsageClientAuth},
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, &ec.PublicKey, ec)
	if err != nil {
		return ""
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
}

// OtherKey returns another private key of the kind of one; what is no private key
// it returns as it is.
func OtherKey(text string) string {
	key, err := sign.PrivateKey(text)
	if err != nil {
		return text
	}
	var other any
	switch k := key.(type) {
	case *rsa.PrivateKey:
		other = otherRSA()
	case *ecdsa.PrivateKey:
		other, err = ecdsa.GenerateKey(k.Curve, rand.Reader)
	case ed25519.PrivateKey:
		_, other, err = ed25519.GenerateKey(rand.Reader)
	}
	der, failed := x509.MarshalPKCS8PrivateKey(other)
	if err != nil || failed != nil {
		return text
	}
	return string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: der}))
}

// otherRSA makes a key once, since it takes a while.
var otherRSA = sync.OnceValue(func() *rsa.PrivateKey {
	key, err := rsa.GenerateKey(rand.Reader, 2048)
	if err != nil {
		return nil
	}
	return key
})
