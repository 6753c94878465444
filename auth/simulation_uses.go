package auth

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/connector-spec/connector/auth/simulate"
	"github.com/connector-spec/connector/formula"
)

// The uses of inputs and of parameters.
type valueUses struct{ inputs, parameters map[string]simulate.Use }

// uses finds out what the inputs and parameters are for, by where formulas read
// them.
func (s Subject) uses() valueUses {
	u := valueUses{map[string]simulate.Use{}, map[string]simulate.Use{}}
	for _, r := range s.Methods.Reads() {
		root, name := r.Path.Names()
		switch root {
		case "connectionInput", "connectionParameters":
			s.use(u.inputs, name, r.Pointer)
		case "connectorParameters":
			s.use(u.parameters, name, r.Pointer)
		case "credentials", "authData":
			if s.Option.Value.Get("inputSchema").Get("properties").Has(name) {
				s.use(u.inputs, name, r.Pointer)
			}
			s.useOf(u, name, r.Pointer)
		}
	}
	return u
}

// useOf notes a use of a credential for what a mapping makes it of.
func (s Subject) useOf(u valueUses, credential, pointer string) {
	at := formula.Pointer(credentialsMethod, "mapping", credential)
	for _, r := range s.Methods.Reads() {
		if r.Pointer != at && !strings.HasPrefix(r.Pointer, at+"/") {
			continue
		}
		switch root, name := r.Path.Names(); root {
		case "connectionInput", "connectionParameters":
			s.use(u.inputs, name, pointer)
		case "connectorParameters":
			s.use(u.parameters, name, pointer)
		}
	}
}

var (
	jwtCall  = regexp.MustCompile(`jwt\(`)
	jwtAlg   = regexp.MustCompile(`\b((?:RS|PS|ES)(?:256|384|512)|EdDSA)\b`)
	wholeURL = regexp.MustCompile(`^\$\{[^}]*\}`)
	onlyHost = regexp.MustCompile(`^https?://\$\{[^}]*\}(?:[/:].*)?$`)
)

// use notes where a value goes.
func (s Subject) use(uses map[string]simulate.Use, name, pointer string) {
	if name == "" {
		return
	}
	use := uses[name]
	use.Needed = true
	defer func() { uses[name] = use }()
	path := strings.Split(pointer, "/")[1:]
	value := s.at(pointer)
	in := func(owner, field string) (formula.Value, bool) {
		for i := range len(path) - 1 {
			if path[i] == owner && path[i+1] == field {
				return s.at("/" + strings.Join(path[:i+1], "/")), true
			}
		}
		return formula.Undefined, false
	}
	alg := func(v formula.Value, otherwise string) string {
		if a := v.Get("alg").Text(); formula.ThrowAwayKey(a) != "" || strings.HasPrefix(a, "HS") {
			return a
		}
		return otherwise
	}
	if v, ok := in("sign", "key"); ok && v.Get("type").Text() == "jwt" {
		use.Alg = alg(v, "RS256")
	}
	if v, ok := in("clientAssertion", "key"); ok {
		use.Alg = alg(v, "RS256")
		if s.Option.Value.Get("getOAuthConfig").Get("mapping").Get("clientAuthLocation").Text() == "client_secret_jwt" {
			use.Alg = alg(v, "HS256")
		}
	}
	if v, ok := in("assertion", "key"); ok {
		use.Alg = alg(v, "RS256")
	}
	if slices.Contains(path, "privateKey") {
		use.Alg = "RS256"
	}
	if _, ok := in("tls", "key"); ok {
		use.CertificateKey = true
	}
	for _, field := range []string{"certificate", "ca"} {
		if _, ok := in("tls", field); ok {
			use.Certificate = true
		}
	}
	text := value.Text()
	if found := jwtAlg.FindString(text); found != "" && jwtCall.MatchString(text) && strings.Contains(strings.ToLower(name), "key") {
		use.Alg = found
	}
	if field := addressField(path); field {
		whole, host := s.addressPart(path, text)
		use.Address, use.Host = use.Address || whole, use.Host || host
	}
}

// addressField tells whether a pointer is in a field that is an address.
func addressField(path []string) bool {
	return slices.ContainsFunc(path, func(p string) bool {
		return p == "path" || p == "issuer" || strings.HasSuffix(p, "Uri") && p != "redirectUri"
	})
}

// addressPart tells whether a value is a whole address, or a whole host, in what
// a pointer leads to.
func (s Subject) addressPart(path []string, text string) (whole, host bool) {
	if path[len(path)-1] != "$var" {
		return wholeURL.MatchString(text), onlyHost.MatchString(text)
	}
	if i := len(path) - 3; i >= 0 && path[i] == "$concat" {
		n, err := strconv.Atoi(path[i+1])
		list, _ := s.at("/" + strings.Join(path[:i+1], "/")).AsList()
		if err != nil || n >= len(list) {
			return false, false
		}
		if n == 0 {
			return true, false
		}
		ends := n+1 == len(list) || strings.HasPrefix(list[n+1].Text(), "/") || strings.HasPrefix(list[n+1].Text(), ":")
		return false, strings.HasSuffix(list[n-1].Text(), "://") && ends
	}
	return true, false
}

// at returns the value at a pointer of the option.
func (s Subject) at(pointer string) formula.Value {
	p := planner{Subject: s}
	return p.lookup(pointer)
}
