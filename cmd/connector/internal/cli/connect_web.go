package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"mime"
	"path"
	"slices"
	"strings"
	"time"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/cmd/connector/internal/form"
	"github.com/connector-spec/connector/cmd/connector/internal/formpage"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/lint"
)

// lastPage is how long a page may take to reach the browser at the end.
const lastPage = 5 * time.Second

// byPage connects with a page in the browser in place of questions. What goes
// wrong is shown there, and tried again as often as the user likes.
func (c *connecting) byPage(ctx context.Context) error {
	subjects := map[string]auth.Subject{}
	page, err := c.page(ctx, subjects)
	if err != nil {
		return err
	}
	server, err := formpage.Serve(ctx, formpage.ServeOptions{Page: page, Rand: c.Rand})
	if err != nil {
		return err
	}
	defer func() {
		ending, cancel := context.WithTimeout(context.WithoutCancel(ctx), lastPage)
		defer cancel()
		_ = server.Close(ending)
	}()
	if err := c.openPage(ctx, server.URL()); err != nil {
		return err
	}
	for {
		answers, err := server.Answers(ctx)
		if err != nil {
			return err
		}
		c.subject = subjects[answers.Option]
		err = c.answered(ctx, server, answers)
		var usage usageError
		switch {
		case err == nil:
			return nil
		case ctx.Err() != nil, errors.As(err, &usage):
			server.Done(formpage.Outcome{Message: secret.PrintableLine(err.Error()), Hint: "Begin again in the terminal."})
			return err
		}
		_, text := codeAndText(err)
		if hint := hintOf(err); hint != "" {
			text += "; " + hint
		}
		fmt.Fprintf(c.Stderr, "connector: %s\n", secret.PrintableLine(text))
		server.Retry([]form.Problem{{Message: c.redactor.Redact(text)}})
	}
}

// openPage opens the page, or says where it is.
func (c *connecting) openPage(ctx context.Context, address string) error {
	why := "--no-browser"
	if !c.opts.login.noBrowser {
		why = "there is no browser"
		if c.Browser != nil {
			var open func(context.Context, string) error
			if open, why = c.Browser(); open != nil {
				if err := open(ctx, address); err == nil {
					return nil
				}
				why = "the browser could not be opened"
			}
		}
	}
	_, err := fmt.Fprintf(c.direct, "Open this address in a browser of this machine (%s):\n\n  %s\n\n", why, address)
	return err
}

// page describes the options with what is known of their values.
func (c *connecting) page(ctx context.Context, subjects map[string]auth.Subject) (formpage.Page, error) {
	meta := c.loaded.connector.Meta
	p := formpage.Page{Title: c.loaded.connector.Name(), Description: meta.Get("description").Text(), Chosen: c.opts.option}
	p.Logo, p.LogoType = c.logo(meta.Get("logoUri").Text())
	if p.Chosen == "" && c.known != nil {
		p.Chosen = c.known.Option
	}
	for _, checked := range c.loaded.checked {
		if c.opts.option != "" && checked.Option.Key != c.opts.option {
			continue
		}
		if err := c.take(checked); err != nil && len(c.loaded.checked) == 1 {
			return p, err
		} else if err != nil {
			continue
		}
		option, err := c.pageOption(ctx, checked)
		if err != nil {
			return p, err
		}
		subjects[option.Key] = c.subject
		p.Options = append(p.Options, option)
	}
	p.Preview = func(a formpage.Answers) formpage.Preview { return c.preview(subjects[a.Option], a) }
	return p, nil
}

// pageOption describes one option.
func (c *connecting) pageOption(ctx context.Context, checked lint.Checked) (formpage.Option, error) {
	g, _, err := c.gather(ctx)
	if err != nil {
		return formpage.Option{}, err
	}
	v := checked.Option.Value
	o := formpage.Option{
		Key: checked.Option.Key, Title: checked.Option.Title(), Description: v.Get("description").Text(),
		Form: formOf(c.subject, false), Given: g.inputs, GivenParameters: g.parameters,
		Registration: v.Get("registration").Get("description").Text(), RegistrationURI: v.Get("registration").Get("helpUri").Text(),
		OptionalScopes: optionalScopes(checked.Option), Scopes: g.scopes,
	}
	client, err := clientParameters(ctx, c.store, c.subject.Connector, c.client)
	if err != nil {
		return o, err
	}
	o.GivenParameters = over(o.GivenParameters, client)
	if c.opts.edit {
		o.Given = withoutSecrets(o.Form, parsed(c.known.Inputs))
	}
	o.Environments, o.Environment = c.environments(g)
	o.Parameters = parametersBeside(c.subject, o.Environments)
	return o, nil
}

// environments lists the environments of the spec to choose from, and the one
// that is chosen at first. None of them is a choice, too, if the parameters do
// without.
func (c *connecting) environments(g gathered) ([]form.Choice, string) {
	names := c.subject.Connector.Meta.Get("environments").Keys()
	if c.opts.values.environment != "" {
		names = []string{c.opts.values.environment}
	}
	var choices []form.Choice
	bare := g
	bare.borrowed = formula.Object()
	_, problems, err := c.valuesOf(bare)
	lacks := slices.ContainsFunc(problems, func(p auth.ValueProblem) bool { return p.Parameter })
	if len(names) > 0 && c.opts.values.environment == "" && err == nil && !lacks {
		choices = append(choices, form.Choice{Value: formula.String(""), Title: "None"})
	}
	for _, name := range names {
		choices = append(choices, form.Choice{Key: name, Value: formula.String(name), Title: name, Description: c.environmentText(name)})
	}
	return choices, c.environment
}

// parametersBeside returns the form of the parameters that no environment gives;
// nil if there are none.
func parametersBeside(s auth.Subject, environments []form.Choice) *form.Form {
	schema := s.Option.Value.Get("parametersSchema")
	properties := schema.Get("properties")
	required, _ := schema.Get("required").AsList()
	sets := s.Connector.Meta.Get("environments")
	for _, name := range properties.Keys() {
		given := len(environments) > 0 && !slices.ContainsFunc(environments, func(e form.Choice) bool { return !sets.Get(e.Value.Text()).Has(name) })
		if given {
			properties = properties.Without(name)
			required = slices.DeleteFunc(slices.Clone(required), formula.String(name).Equal)
		}
	}
	if properties.Len() == 0 {
		return nil
	}
	return form.New(schema.With("properties", properties).With("required", formula.List(required...)), secretNames(s, true)...)
}

// preview says what follows from answers, which may not be complete.
func (c *connecting) preview(s auth.Subject, a formpage.Answers) formpage.Preview {
	var p formpage.Preview
	if s.Option == nil {
		return p
	}
	environment, err := environmentOf(s.Connector, a.Environment)
	if err != nil {
		environment = formula.Object()
	}
	values, problems, err := s.Complete(auth.Values{Inputs: a.Inputs, Parameters: over(a.Parameters, environment), Scopes: a.Scopes})
	if err != nil {
		return p
	}
	if consent, err := s.Consent(values); err == nil {
		consent.Later = consent.Later && len(problems) == 0 // else it may depend on what is not entered yet
		p.Hosts = destinations(consent)
	}
	if s.Interactive() && (c.opts.login.redirectURI != "" || len(s.RedirectLacks(problems)) == 0) {
		p.RedirectURI, _ = redirectOf(c.opts.login, s, values)
		p.RedirectURI, _ = registered(p.RedirectURI)
	}
	return p
}

// answered logs in with answers and keeps the connection.
func (c *connecting) answered(ctx context.Context, server *formpage.Server, a formpage.Answers) error {
	c.environment = a.Environment
	g := gathered{inputs: a.Inputs, parameters: a.Parameters, scopes: a.Scopes}
	var err error
	if g.borrowed, err = c.borrow(ctx); err != nil {
		return err
	}
	if err := c.settle(g); err != nil {
		return err
	}
	if err := c.agree(ctx); err != nil {
		return err
	}
	l, err := c.ready()
	if err != nil {
		return err
	}
	defer l.close()
	l.show(server.Login, server.Back())
	steps := pageSteps{server: server}
	m, err := c.loginBy(ctx, l, steps.begin)
	steps.end(err == nil && m.result.OK)
	if err != nil {
		return err
	}
	record, err := c.keep(ctx, m)
	if err != nil {
		return err
	}
	server.Done(formpage.Outcome{
		OK: true, Label: record.Label, Message: fmt.Sprintf("Connected “%s”.", secret.PrintableLine(record.Name)),
		Hint: "Use it with connector request " + c.firstRequest(m.result) + " --connection " + shellWord(record.Name),
	})
	return c.report(record, m)
}

// stepNames are the steps of a connection for people.
var stepNames = map[string]string{
	"getCredentialsFromConnectionParameters": "Make the credential",
	"getOAuthConfig":                         "Prepare the login",
	"discover":                               "Ask the provider for its addresses",
	"pushAuthorization":                      "Announce the login",
	"requestToken":                           "Announce the login",
	"authorize":                              "Log in at the provider",
	"deviceAuthorization":                    "Log in on another device",
	"token":                                  "Fetch the credential",
	"accessToken":                            "Fetch the credential",
	"makeApiClient":                          "Prepare requests",
	"test":                                   "Test the connection",
}

// pageSteps shows the steps of a login on a page.
type pageSteps struct {
	server *formpage.Server
	now    string
}

// begin ends the last step and shows another one.
func (p *pageSteps) begin(step string) {
	name := stepNames[step]
	if name == "" {
		name = step
	}
	if name == p.now {
		return
	}
	p.end(true)
	p.now = name
	p.server.Step(name, formpage.Running, "")
}

// end ends the last step.
func (p *pageSteps) end(ok bool) {
	switch {
	case p.now == "":
	case ok:
		p.server.Step(p.now, formpage.Passed, "")
	default:
		p.server.Step(p.now, formpage.Failed, "")
	}
}

// maxLogo bounds a logo, in bytes: a listing takes no larger one.
const maxLogo = 1_000_000

// logo reads the logo that lies beside the spec; nil if there is none.
func (c *connecting) logo(uri string) (data []byte, mediaType string) {
	if uri == "" || strings.Contains(uri, ":") {
		return nil, ""
	}
	file, err := rootFiles(c.place.dir).Open(path.Join(path.Dir(c.place.file), uri))
	if err != nil {
		return nil, ""
	}
	defer file.Close()
	data, err = io.ReadAll(io.LimitReader(file, maxLogo+1))
	if err != nil || len(data) > maxLogo {
		return nil, ""
	}
	return data, mime.TypeByExtension(path.Ext(uri))
}
