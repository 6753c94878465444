package scaffold

import (
	"errors"
	"fmt"
	"net/url"
	"regexp"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// A Question is one thing that a template wants to know.
type Question struct {
	Key, Title, Help string
	// Default stands where nothing else is answered. {base} in it is the base
	// URL, {origin} its beginning up to the host.
	Default string
	Choices []string // if only these are answers
	// Unless names a question whose answer makes this one needless.
	Unless string
	// Yields names a question that makes it needless to ask this one, if that was
	// answered before; an answer to this one stands all the same.
	Yields string
	check  func(string) error // nil takes every text
}

// The questions of all templates.
var (
	name    = Question{Key: "name", Title: "Name of the application", Help: "in the brand's own capitalisation, such as OpenWeather", check: oneLine}
	baseURI = Question{Key: "baseUri", Title: "Base URL of the API", Help: "what all paths begin with, such as https://api.example.com/v1", Default: "https://api.example.com", check: webAddress}
)

// The questions of some templates.
var (
	issuer = Question{
		Key: "issuer", Title: "Issuer", Help: "if the authorization server publishes its metadata: its address, such as https://login.example.com; the endpoints are then discovered",
		Yields: "tokenUri", check: optional(webAddress),
	}
	authorizeURI = Question{Key: "authorizeUri", Title: "Authorization endpoint", Help: "where the user logs in", Default: "{origin}/oauth/authorize", Unless: "issuer", check: webAddress}
	tokenURI     = Question{Key: "tokenUri", Title: "Token endpoint", Help: "where codes and refresh tokens are exchanged", Default: "{origin}/oauth/token", Unless: "issuer", check: webAddress}
	deviceURI    = Question{
		Key: "deviceUri", Title: "Device authorization endpoint", Help: "where the user's code comes from", Default: "{origin}/oauth/device/code", Unless: "issuer", check: webAddress,
	}
	requestTokenURI = Question{Key: "requestTokenUri", Title: "Temporary credential request URI", Help: "the first step of OAuth 1", Default: "{origin}/oauth/request_token", check: webAddress}
	accessTokenURI  = Question{Key: "tokenUri", Title: "Token request URI", Help: "the last step of OAuth 1", Default: "{origin}/oauth/access_token", check: webAddress}
	scopes          = Question{Key: "scopes", Title: "Scopes", Help: "with blanks between them; as few as do", check: optional(oneLine)}
	clientAuth      = Question{
		Key: "clientAuth", Title: "Where the client secret goes", Help: "headers is the standard's way; some servers want it in the body",
		Default: "headers", Choices: []string{"headers", "body"},
	}
	signatureMethod = Question{
		Key: "signatureMethod", Title: "Signature method", Default: "HMAC-SHA1",
		Choices: []string{"HMAC-SHA1", "HMAC-SHA256", "PLAINTEXT"},
	}
	keyPlace  = Question{Key: "keyPlace", Title: "Where the key goes", Default: "header", Choices: []string{"header", "query", "cookie"}}
	keyName   = Question{Key: "keyName", Title: "Name of the header, parameter or cookie", Default: "X-API-Key", check: token}
	keyPrefix = Question{Key: "keyPrefix", Title: "What stands before the key", Help: "a word with its blank, such as \"Token \"; mostly nothing", check: optional(prefix)}
	testPath  = Question{
		Key: "testPath", Title: "Path of a test", Help: "a GET that any user may send, such as the user's own account", Default: "/me", check: path,
	}
	testField = Question{
		Key: "testField", Title: "Field of its answer that names the account", Help: "with dots between the steps, such as user.email", Default: "email", check: locator,
	}
	awsService  = Question{Key: "service", Title: "Service, as it is signed", Default: "execute-api", check: token}
	awsRegion   = Question{Key: "region", Title: "Region", Default: "us-east-1", check: token}
	loginPath   = Question{Key: "loginPath", Title: "Path of the login", Default: "/login", check: path}
	tokenField  = Question{Key: "tokenField", Title: "Field of its answer that is the token", Default: "token", check: locator}
	graphqlPath = Question{Key: "graphqlPath", Title: "Path of the GraphQL endpoint", Default: "/graphql", check: path}
	viewer      = Question{Key: "viewer", Title: "Field of the query that is the user", Default: "viewer", check: identifier}
	proxyKey    = Question{Key: "proxyKey", Title: "Key of the connector whose connection is used", Default: "other-connector", check: token}
)

// All returns the questions of the template, those of every template first.
func (t *Template) All() []Question { return append([]Question{name, baseURI}, t.Questions...) }

// Asked returns the questions that are open under the answers so far, with their
// defaults filled in.
func (t *Template) Asked(answers map[string]string) []Question {
	var open []Question
	for _, q := range t.All() {
		if _, answered := answers[q.Key]; answered || q.Unless != "" && answers[q.Unless] != "" || q.Yields != "" && answers[q.Yields] != "" {
			continue
		}
		q.Default = fill(q.Default, answers)
		open = append(open, q)
	}
	return open
}

// fill replaces {base} and {origin}.
func fill(text string, answers map[string]string) string {
	base := strings.TrimRight(answers["baseUri"], "/")
	if base == "" {
		base = baseURI.Default
	}
	origin := base
	if u, err := url.Parse(base); err == nil {
		origin = u.Scheme + "://" + u.Host
	}
	return strings.NewReplacer("{base}", base, "{origin}", origin).Replace(text)
}

// Check says what is wrong with an answer; nil for nothing.
func (q Question) Check(answer string) error {
	if len(q.Choices) > 0 {
		if !slices.Contains(q.Choices, answer) {
			return fmt.Errorf("must be %s", formula.JoinWords(q.Choices, "or"))
		}
		return nil
	}
	if strings.ContainsFunc(answer, func(r rune) bool { return r < ' ' || r == 0x7f }) {
		return errors.New("must be one line without control characters")
	}
	if q.check == nil {
		return nil
	}
	return q.check(answer)
}

func optional(check func(string) error) func(string) error {
	return func(text string) error {
		if text == "" {
			return nil
		}
		return check(text)
	}
}

func oneLine(text string) error {
	if strings.TrimSpace(text) == "" {
		return errors.New("is missing")
	}
	return nil
}

func webAddress(text string) error {
	u, err := url.Parse(text)
	switch {
	case err != nil || u.Host == "" || u.Scheme != "https" && u.Scheme != "http":
		return errors.New("must be a whole address, such as https://api.example.com")
	case u.User != nil:
		return errors.New("must not have a user or password")
	case u.Scheme == "http" && !slices.Contains([]string{"127.0.0.1", "::1", "localhost"}, u.Hostname()):
		return errors.New("must be https; http is for this machine only")
	case u.Fragment != "" || strings.ContainsAny(text, "{}$ "):
		return errors.New("must be an address without blanks, braces and fragment")
	}
	return nil
}

func path(text string) error {
	if !strings.HasPrefix(text, "/") || strings.ContainsAny(text, "{}$# ") {
		return errors.New("must be a path that begins with /, without blanks and braces")
	}
	return nil
}

var (
	tokens      = regexp.MustCompile(`^[A-Za-z0-9!#%&'*+.^_|~-]+$`)
	identifiers = regexp.MustCompile(`^[A-Za-z_][A-Za-z0-9_]*$`)
)

func token(text string) error {
	if !tokens.MatchString(text) {
		return errors.New("must be one word of letters, digits, - and _")
	}
	return nil
}

func prefix(text string) error {
	if strings.ContainsAny(text, "{}$") {
		return errors.New("must not have braces or $")
	}
	return nil
}

func identifier(text string) error {
	if !identifiers.MatchString(text) {
		return errors.New("must be a name of letters, digits and _")
	}
	return nil
}

func locator(text string) error {
	for step := range strings.SplitSeq(text, ".") {
		if identifier(step) != nil {
			return errors.New("must be names with dots between them, such as user.email")
		}
	}
	return nil
}
