package simulate

import (
	"net/http"
	"regexp"
	"slices"
	"strings"
	"time"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// answer gives the answer to a request of a method.
func (p *Provider) answer(step string, r *request) *reply {
	index := p.served[step]
	if n := len(p.steps(step)); n > 0 {
		index %= n
	} else if !p.scripted(step) {
		index = 0
	}
	family := p.familyOf(step)
	data := p.dataOf(step, index, family)
	if p.tokensWanted(step) {
		data = p.withTokens(data, step, r, family)
	}
	if text, ok := data.AsString(); ok {
		return &reply{status: http.StatusOK, kind: "text/plain", body: []byte(text)}
	}
	a := object(http.StatusOK, data)
	switch {
	case p.kind(step) == spec.KindGraphQL:
		_, pointer := p.pointer(step)
		data = merged(data, p.selected(p.lookup(pointer+"/mapping/requestMapping")))
		a.body = formula.Object(formula.Member{Key: "data", Value: data}).AppendJSON(nil)
	case wantsXML(r):
		if body, ok := encodeXML(data); ok {
			a.kind, a.body = "application/xml", body
		}
	}
	for _, l := range p.answered(step, index) {
		if l.Header && !l.Optional {
			if a.header == nil {
				a.header = http.Header{}
			}
			if v := p.valueOf(l, family); scalar(v) != "" {
				a.header.Set(l.name(), scalar(v))
			}
		}
	}
	return a
}

// familyOf returns the login that the tokens of an answer belong to.
func (p *Provider) familyOf(step string) int {
	switch step {
	case refreshes:
		if k := p.alive((*Provider).refreshable); len(k) > 0 {
			for _, t := range p.tokens {
				if strings.Contains(k[0].texts, t.Text) {
					return t.Family
				}
			}
		}
	case obtains, exchanges:
	default:
		return 0
	}
	p.families++
	return p.families
}

// tokensWanted tells whether the answer to a method is a token answer as a
// whole.
func (p *Provider) tokensWanted(step string) bool {
	_, pointer := p.pointer(step)
	whole := !p.lookup(pointer + "/mapping").Has("responseMapping")
	return whole && (step == exchanges || step == refreshes || step == obtains)
}

// withTokens adds to the answer of a method what a token answer has.
func (p *Provider) withTokens(data formula.Value, step string, r *request, family int) formula.Value {
	c, failed := p.config()
	if failed != nil {
		c = &Config{Value: formula.Object()}
	}
	old := p.ofFamily(family)
	refresh := step == exchanges || slices.ContainsFunc(old, func(t *Token) bool { return t.Refresh })
	made, err := formula.ParseJSON(p.grantTokens(c, r, family, "", refresh).body)
	if err != nil {
		return data
	}
	for _, t := range old {
		t.Dead = t.Dead || t.Refresh && refresh
	}
	for _, l := range p.kept(step) {
		if !made.Has(l.first()) && !data.Has(l.first()) {
			made = put(made, l.Path, p.valueOf(l, family))
		}
	}
	return merged(made, data)
}

// kept lists what formulas read of the credentials that a method gives as they
// are answered.
func (p *Provider) kept(step string) []Leaf {
	list := newLeaves(step, 0)
	inputs := p.facts.Option.Get("inputSchema").Get("properties")
	for _, r := range p.facts.Reads {
		path := r.Path.Steps()
		if len(path) > 1 && (path[0].Property == "credentials" || path[0].Property == "authData") && !inputs.Has(path[1].Property) {
			list.add(path[1:], false, false)
		}
	}
	return list.leaves
}

func (p *Provider) ofFamily(family int) []*Token {
	var list []*Token
	for _, t := range p.tokens {
		if t.Family == family {
			list = append(list, t)
		}
	}
	return list
}

// data returns an object that has something at each leaf of a group.
func (p *Provider) data(group string) formula.Value {
	v := formula.Object()
	for _, l := range p.leaves(group) {
		v = put(v, l.Path, p.value(l))
	}
	return v
}

// dataOf returns what is answered to one request of a method.
func (p *Provider) dataOf(step string, index, family int) formula.Value {
	v := formula.Object()
	if p.scripted(step) {
		v = anything()
	}
	if whole, ok := p.Fixed[Leaf{Step: step, Index: index}.Key()]; ok {
		return whole
	}
	old := p.ofFamily(family)
	rotated := false
	count := 0
	for _, l := range p.answered(step, index) {
		fixed, ok := p.Fixed[l.Key()]
		if l.Header || l.Optional && !ok {
			continue
		}
		if ok && fixed.IsUndefined() {
			continue
		}
		count++
		rotated = rotated || isRefresh(l.name())
		v = put(v, l.Path, p.valueOf(l, family))
	}
	if step == refreshes && rotated {
		for _, t := range old {
			t.Dead = t.Dead || t.Refresh
		}
	}
	if count == 0 && v.Len() == 0 {
		return formula.Object(
			formula.Member{Key: "id", Value: formula.String("1001")},
			formula.Member{Key: "name", Value: formula.String("Ada Lovelace")},
			formula.Member{Key: "email", Value: formula.String("ada@example.com")})
	}
	return v
}

// anything is an answer to who nobody knows what it reads.
func anything() formula.Value {
	user, err := formula.ParseJSON([]byte(`{"id":"1001","name":"Ada Lovelace","email":"ada@example.com","login":"ada","username":"ada","url":"https://acme.example"}`))
	if err != nil {
		return formula.Object()
	}
	v := user
	for _, name := range []string{"user", "data", "me", "account", "profile", "result"} {
		v = v.With(name, user)
	}
	for _, name := range []string{"items", "results", "records"} {
		v = v.With(name, formula.List(user))
	}
	return v.With("ok", formula.Bool(true))
}

// ScriptAnswers are answers that a script may want in place of an object: with
// its list in data, or one that is a list.
func ScriptAnswers() []formula.Value {
	one := anything()
	return []formula.Value{one.With("data", formula.List(one)), formula.List(one)}
}

// value returns what stands at a leaf.
func (p *Provider) value(l Leaf) formula.Value { return p.valueOf(l, 0) }

func (p *Provider) valueOf(l Leaf, family int) formula.Value {
	if v, ok := p.Fixed[l.Key()]; ok {
		return v
	}
	name := l.name()
	if isTokenName(name) {
		if family > 0 {
			return formula.String(p.issue("session", isRefresh(name), family).Text)
		}
		if strings.Contains(strings.ToLower(name), "id_token") {
			return formula.String(p.idToken())
		}
		return formula.String("simtext" + p.random(8))
	}
	if l.Step == readToken && name == "id_token" {
		return formula.String(p.idToken())
	}
	return p.plausible(name)
}

func isRefresh(name string) bool { return strings.Contains(strings.ToLower(name), "refresh") }

// isTokenName tells whether the name of a member says that it is a secret that
// is given away.
func isTokenName(name string) bool {
	name = strings.ToLower(name)
	if strings.Contains(name, "type") || strings.Contains(name, "expire") || name == "id_token" {
		return false
	}
	return slices.ContainsFunc([]string{"token", "session", "secret", "apikey", "api_key", "jwt", "ticket", "cookie", "sid", "password"}, func(w string) bool { return strings.Contains(name, w) })
}

// wordsOf are values by what the name of a member has in it, the first that fits.
var wordsOf = []struct {
	words []string
	value formula.Value
}{
	{[]string{"expires_in", "expiresin", "ttl", "lifetime", "max_age"}, formula.Number(Lifetime.Seconds())},
	{[]string{"email", "mail"}, formula.String("ada@example.com")},
	{[]string{"url", "uri", "link", "href", "endpoint"}, formula.String("https://acme.example")},
	{[]string{"host", "domain", "server"}, formula.String("acme.example")},
	{[]string{"region", "datacenter", "dc", "location", "cluster"}, formula.String("eu1")},
	{[]string{"first"}, formula.String("Ada")},
	{[]string{"last", "family", "sur"}, formula.String("Lovelace")},
	{[]string{"company", "organi", "team", "workspace", "tenant", "account_name"}, formula.String("Acme")},
	{[]string{"login", "username", "user_name", "nick", "handle", "subdomain", "slug", "shop"}, formula.String("ada")},
	{[]string{"name", "title", "label", "display"}, formula.String("Ada Lovelace")},
	{[]string{"is_", "has_", "active", "enabled", "valid", "verified", "success", "authenticated"}, formula.Bool(true)},
	{[]string{"status", "state"}, formula.String("active")},
	{[]string{"currency"}, formula.String("EUR")},
	{[]string{"country", "locale", "lang"}, formula.String("en")},
	{[]string{"phone"}, formula.String("+4930123456")},
}

// countWords are the words in the names of numbers: whole ones, since a country
// and an account are none.
var countWords = []string{"count", "counts", "total", "size", "length", "number"}

var nameWord = regexp.MustCompile(`[A-Z]?[a-z]+|[A-Z]+`)

func isCount(name string) bool {
	return slices.ContainsFunc(nameWord.FindAllString(name, -1), func(word string) bool { return slices.Contains(countWords, strings.ToLower(word)) })
}

// inUnit returns the lifetime of a token in the unit that the name of a member
// says.
func inUnit(name string) (float64, bool) {
	if !slices.ContainsFunc([]string{"expir", "ttl", "lifetime", "valid"}, func(w string) bool { return strings.Contains(name, w) }) {
		return 0, false
	}
	for _, u := range []struct {
		word string
		unit time.Duration
	}{{"milli", time.Millisecond}, {"_ms", time.Millisecond}, {"minute", time.Minute}, {"_min", time.Minute}, {"hour", time.Hour}, {"second", time.Second}} {
		if strings.Contains(name, u.word) {
			return float64(Lifetime / u.unit), true
		}
	}
	return 0, false
}

// plausible returns what a member of a name may hold.
func (p *Provider) plausible(name string) formula.Value {
	lower := strings.ToLower(name)
	now := p.facts.Now()
	if n, ok := inUnit(lower); ok {
		return formula.Number(n)
	}
	switch {
	case lower == "ok":
		return formula.Bool(true)
	case lower == "" || lower == "id" || strings.HasSuffix(lower, "id") || strings.HasSuffix(lower, "_no"):
		return formula.String("1001")
	case strings.Contains(lower, "expires_at") || strings.Contains(lower, "expiresat") || lower == "expires" || strings.Contains(lower, "expiry"):
		return formula.String(now.Add(Lifetime).UTC().Format(time.RFC3339))
	case strings.HasSuffix(lower, "_at") || strings.HasSuffix(name, "At") || strings.Contains(lower, "date") || lower == "time" || strings.Contains(lower, "timestamp"):
		return formula.String(now.UTC().Format(time.RFC3339))
	case slices.Contains([]string{"items", "results", "records", "users", "accounts", "list", "entries", "members", "values", "rows", "scopes", "roles", "permissions", "organizations", "teams", "workspaces", "sites", "projects"}, lower):
		return formula.List(anything())
	}
	if isCount(name) && !strings.Contains(lower, "name") {
		return formula.Number(1)
	}
	for _, w := range wordsOf {
		if slices.ContainsFunc(w.words, func(word string) bool { return strings.Contains(lower, word) }) {
			return w.value
		}
	}
	return formula.String("simulated " + name)
}

// Candidates lists what else may stand at a leaf, for who finds that its formulas
// cannot use what does.
func (p *Provider) Candidates(l Leaf) []formula.Value {
	if isTokenName(l.name()) && l.Step != "test" && l.Step != "run" && l.Step != "disconnect" {
		return nil // each is given once
	}
	list := p.Literals(l.Step)
	text := formula.String
	return append(list,
		formula.Bool(true), formula.List(anything()), formula.Number(1), formula.Undefined, formula.Bool(false), text("https://acme.example"),
		formula.Number(float64(p.facts.Now().Unix())), text("1"), text("ada@example.com"), text(p.facts.Now().UTC().Format(time.RFC3339)),
		anything(), formula.List(text("simulated")), formula.Null, formula.Number(0), text("acme:1001"), text("a-eu1"), text("acme/1001"),
		formula.List(), text(`{"id":"1001","name":"Ada"}`), text(""))
}

// put returns v with a value at a path, unless something is there.
func put(v formula.Value, path []formula.Step, value formula.Value) formula.Value {
	if len(path) == 0 {
		if v.Len() > 0 && (v.IsObject() || v.Kind() == formula.KindList) {
			return v
		}
		return value
	}
	step := path[0]
	if !step.IsIndex {
		if !v.IsObject() {
			v = formula.Object()
		}
		inner := put(v.Get(step.Property), path[1:], value)
		if inner.IsUndefined() {
			return v
		}
		return v.With(step.Property, inner)
	}
	list, _ := v.AsList()
	const most = 8
	i := int(step.Index)
	if step.Index < 0 || i > most {
		return v
	}
	items := slices.Clone(list)
	for len(items) <= i {
		items = append(items, formula.Object())
	}
	items[i] = put(items[i], path[1:], value)
	return formula.List(items...)
}

// merged returns an object with the members of both, those of a first.
func merged(a, b formula.Value) formula.Value {
	if !a.IsObject() {
		return a
	}
	for i, name := range b.Keys() {
		if _, v := b.At(i); !a.Has(name) {
			a = a.With(name, v)
		}
	}
	return a
}

// selected gives data for the fields of a GraphQL request.
func (p *Provider) selected(fields formula.Value) formula.Value {
	v := formula.Object()
	list, _ := fields.AsList()
	for _, f := range list {
		alias, name, both := strings.Cut(f.Get("field").Text(), ":")
		if !both {
			name = alias
		}
		alias, name = strings.TrimSpace(alias), strings.TrimSpace(name)
		if strings.HasPrefix(alias, "...") {
			v = merged(v, p.selected(f.Get("subFields")))
			continue
		}
		if f.Get("subFields").Len() > 0 {
			v = v.With(alias, p.selected(f.Get("subFields")))
			continue
		}
		v = v.With(alias, p.plausible(name))
	}
	return v
}

// idToken makes an ID token; whoever has the key can, so it proves nothing.
func (p *Provider) idToken() string {
	return signedToken(p.facts.Now(), map[string]any{"sub": "1001", "email": "ada@example.com", "name": "Ada Lovelace", "iss": "https://simulated.example", "aud": "simulated"})
}
