package cli

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"net/url"
	"strings"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/cmd/connector/internal/form"
	"github.com/connector-spec/connector/formula"
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
func (c *connecting) showRedirect(ctx context.Context) error {
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
	values, err := c.redirectValues(ctx, given)
	if err != nil {
		return err
	}
	uri, err := redirectOf(c.opts.login, c.subject, values)
	if err != nil {
		return &hinted{credentialError{err}, "the redirect URI depends on what is entered: give that by --input, --param or --environment"}
	}
	uri, anyPort := registered(uri)
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
		as := "as it stands"
		if anyPort {
			as = "which has to take it with any port"
		}
		form.Say(c.Stderr, "\nThis is the redirect URI to register with the provider, "+as+".\n\n"+registrationText(c.subject), 0, c.promptOptions())
	}
	return nil
}

// registered returns a redirect URI as it is registered with the provider. Where
// the login comes back to any free port, the provider compares all but the port
// (RFC 8252 7.3).
func registered(uri string) (as string, anyPort bool) {
	u, err := url.Parse(uri)
	if err != nil || u.Port() != "0" {
		return uri, false
	}
	u.Host = strings.TrimSuffix(u.Host, ":0")
	return u.String(), true
}

// redirectValues completes values as far as they decide where a login comes back
// to, by asking where somebody answers.
func (c *connecting) redirectValues(ctx context.Context, given auth.Values) (auth.Values, error) {
	values, lacks, err := c.redirectLacks(given)
	if err != nil || len(lacks) == 0 {
		return values, err
	}
	if c.someone() {
		if given.Parameters, err = c.askAlone(ctx, true, values.Parameters, lacks); err != nil {
			return values, err
		}
		if given.Inputs, err = c.askAlone(ctx, false, values.Inputs, lacks); err != nil {
			return values, err
		}
		if values, lacks, err = c.redirectLacks(given); err != nil || len(lacks) == 0 {
			return values, err
		}
	}
	t := &tester{network: c.network, connects: true}
	err = t.missing(c.subject, lacks)
	var missing *missingError
	if errors.As(err, &missing) {
		missing.message = "the redirect URI depends on what is entered" + strings.TrimPrefix(missing.message, "no usable credential")
	}
	return values, err
}

// redirectLacks completes values, and says what is wrong with those that decide
// where a login comes back to.
func (c *connecting) redirectLacks(given auth.Values) (auth.Values, []auth.ValueProblem, error) {
	values, problems, err := c.subject.Complete(given)
	if err != nil || c.opts.login.redirectURI != "" {
		return values, nil, err
	}
	return values, c.subject.RedirectLacks(problems), nil
}

// askAlone asks for what is lacking of the inputs, or of the parameters, and for
// nothing else.
func (c *connecting) askAlone(ctx context.Context, parameter bool, given formula.Value, lacks []auth.ValueProblem) (formula.Value, error) {
	schema := c.subject.Option.Value.Get(schemaField(parameter))
	properties, required := formula.Object(), []formula.Value(nil)
	for _, p := range lacks {
		name, _, _ := strings.Cut(p.Name, ".")
		if p.Missing && p.Parameter == parameter && schema.Get("properties").Has(name) {
			properties = properties.With(name, schema.Get("properties").Get(name))
			required = append(required, formula.String(name))
		}
	}
	if properties.Len() == 0 {
		return given, nil
	}
	asked := formula.Object(
		formula.Member{Key: "type", Value: formula.String("object")},
		formula.Member{Key: "properties", Value: properties},
		formula.Member{Key: "required", Value: formula.List(required...)},
	)
	o := c.promptOptions()
	o.For = c.subject.Connector.Name()
	values, err := form.Prompt(ctx, c.asker(), c.Stderr, form.New(asked, secretNames(c.subject, parameter)...), given, o)
	var invalid *form.InvalidError
	if errors.As(err, &invalid) { // which the caller says better
		return given, nil
	}
	return values, err
}

// registrationText says how an application is registered with the provider; ""
// if the spec does not.
func registrationText(s auth.Subject) string {
	registration := s.Option.Value.Get("registration")
	text := ""
	if description := registration.Get("description").Text(); description != "" {
		text = strings.TrimSpace(secret.Printable(description)) + "\n"
	}
	if help := registration.Get("helpUri").Text(); help != "" {
		text += "See " + secret.PrintableLine(help) + "\n"
	}
	return text
}
