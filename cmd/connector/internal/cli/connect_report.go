package cli

import (
	"encoding/json"
	"fmt"
	"net/url"
	"strings"
	"time"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/store"
	"github.com/connector-spec/connector/spec"
)

// A connectReport is what connect says of a connection, for programs.
type connectReport struct {
	Version    int            `json:"version"`
	OK         bool           `json:"ok"`
	Connection connectedEntry `json:"connection"`
}

// A connectedEntry is what is said of a connection that was made.
type connectedEntry struct {
	Name       string     `json:"name"`
	Connector  string     `json:"connector"`
	Option     string     `json:"option"`
	Label      string     `json:"label"`
	CreatedAt  time.Time  `json:"createdAt"`
	ExpiresAt  *time.Time `json:"expiresAt"`
	Scopes     []string   `json:"scopes"`
	NotGranted []string   `json:"notGranted"`
	Hosts      []string   `json:"hosts"`
	Tested     bool       `json:"tested"`
}

// report says what was connected, and what to do with it.
func (c *connecting) report(record *store.Connection, m made) error {
	credential := m.connection.Credential()
	if c.format == "json" {
		return c.reportJSON(record, credential)
	}
	var s sheet
	s.add("label", record.Label)
	s.add("scopes", strings.Join(credential.Scopes, ", "))
	s.add("not granted", strings.Join(credential.Missing(), ", "))
	s.add("hosts", record.Hosts...)
	s.add("ends", c.ending(m.connection))
	if record.Untested {
		s.add("test", "none passed")
	}
	text := fmt.Sprintf("Connected %q\n", secret.PrintableLine(record.Name))
	for line := range strings.Lines(s.text(func(name string) string { return name })) {
		text += "  " + line
	}
	c.flush() // what the login said stands before it
	if _, err := fmt.Fprint(c.Stdout, text); err != nil {
		return err
	}
	if !c.quiet {
		c.flush()
		fmt.Fprintf(c.Stderr, "use it with: connector request %s --connection %s\n", secret.PrintableLine(c.firstRequest(m.result)), secret.PrintableLine(shellWord(record.Name)))
	}
	return nil
}

func (c *connecting) reportJSON(record *store.Connection, credential *auth.Credential) error {
	e := connectedEntry{
		Name: record.Name, Connector: record.Connector, Option: record.Option, Label: record.Label, CreatedAt: record.Created,
		Scopes: noNull(credential.Scopes), NotGranted: noNull(credential.Missing()), Hosts: noNull(record.Hosts), Tested: !record.Untested,
	}
	if ends := credential.Expiry; !ends.IsZero() {
		e.ExpiresAt = &ends
	}
	text, err := json.MarshalIndent(connectReport{1, true, e}, "", "  ")
	if err != nil {
		return err
	}
	_, err = fmt.Fprintf(c.Stdout, "%s\n", text)
	return err
}

// ending says when the credential ends and what becomes of it then; "" if
// nobody knows.
func (c *connecting) ending(connection *auth.Connection) string {
	ends := connection.Credential().Expiry
	if ends.IsZero() {
		return ""
	}
	text := ends.UTC().Format("2006-01-02 15:04 UTC")
	if connection.Renewable() {
		return text + ", and is obtained anew by itself"
	}
	return text + ", and then takes a new login"
}

// firstRequest is a request that fits the API: that of the test, which may be
// repeated.
func (c *connecting) firstRequest(result *auth.Result) string {
	for _, s := range result.Steps {
		u, err := url.Parse(s.URL)
		if s.Name != "test" || s.Method != "GET" && s.Method != "POST" || err != nil || u.Path == "" {
			continue
		}
		u.RawQuery = "" // a URL, since paths are joined to the base
		request := s.Method + " " + shellWord(u.String())
		if s.Method == "POST" {
			request += c.testData()
		}
		return request
	}
	return "GET PATH"
}

// testData is the flag for a body as that of the test; "" if it has none of its
// own, or nobody knows.
func (c *connecting) testData() string {
	test := c.subject.Option.Value.Get("test")
	if o := c.subject.Connector.Operation(test.Get("mapping").Get("operationKey").Text()); o != nil && test.Get("type").Text() == spec.KindOperation {
		test = o.Value
	}
	switch {
	case test.Get("type").Text() == spec.KindGraphQL:
		return ` --data '{"query": "{ __typename }"}'` // which any such API answers
	case test.Get("mapping").Get("requestMapping").Has("data"):
		return " --data @FILE"
	}
	return ""
}
