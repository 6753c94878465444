package cli

import (
	"encoding/json"
	"fmt"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
)

// A redirectReport is what connect --show-redirect says, for programs.
type redirectReport struct {
	Version      int    `json:"version"`
	Connector    string `json:"connector"`
	Option       string `json:"option"`
	RedirectURI  string `json:"redirectUri"`
	Registration string `json:"registration,omitempty"`
	HelpURI      string `json:"helpUri,omitempty"`
}

// showRedirect says where a login comes back to, and how an application is
// registered with the provider: before there is the id of any client.
func (c *connecting) showRedirect() error {
	if !c.subject.Interactive() {
		return noError{fmt.Errorf("the option %q of %s needs no redirect URI: no login by a browser is a part of it", c.subject.Option.Key, c.subject.Connector.Name())}
	}
	v := &c.opts.values
	if err := v.read(c.global); err != nil {
		return err
	}
	given, _, _, err := v.of(c.global, c.subject, c.loaded.checked)
	if err != nil {
		return err
	}
	values, _, err := c.subject.Complete(given)
	if err != nil {
		return err
	}
	uri, err := redirectOf(c.opts.login, c.subject, values)
	if err != nil {
		return &hinted{credentialError{err}, "the redirect URI depends on what is entered: give that by --input, --param or --environment"}
	}
	if c.format == "json" {
		registration := c.subject.Option.Value.Get("registration")
		text, err := json.MarshalIndent(redirectReport{
			1, c.subject.Connector.Key(), c.subject.Option.Key, uri,
			registration.Get("description").Text(), registration.Get("helpUri").Text(),
		}, "", "  ")
		if err != nil {
			return err
		}
		_, err = fmt.Fprintf(c.Stdout, "%s\n", text)
		return err
	}
	if _, err := fmt.Fprintln(c.Stdout, secret.PrintableLine(uri)); err != nil {
		return err
	}
	if !c.quiet {
		fmt.Fprintf(c.Stderr, "\nThis is the redirect URI to register with the provider, as it stands.\n%s", registrationText(c.subject))
	}
	return nil
}

// registrationText says how an application is registered with the provider; ""
// if the spec does not.
func registrationText(s auth.Subject) string {
	registration := s.Option.Value.Get("registration")
	text := ""
	if description := registration.Get("description").Text(); description != "" {
		text = secret.Printable(description) + "\n"
	}
	if help := registration.Get("helpUri").Text(); help != "" {
		text += "See " + secret.PrintableLine(help) + "\n"
	}
	return text
}
