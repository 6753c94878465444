package formpage

import (
	"bytes"
	"encoding/base64"
	"encoding/json"
	"html/template"
	"net/url"
	"slices"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/cmd/connector/internal/form"
	"github.com/connector-spec/connector/formula"
)

// logoTypes are shown as images. A browser runs no script in an image.
var logoTypes = map[string]bool{
	"image/png": true, "image/jpeg": true, "image/gif": true, "image/webp": true, "image/svg+xml": true,
}

// maxLogo bounds the logo, since it is a part of every page.
const maxLogo = 1 << 20

// A brand is what the head of each page shows of the connector.
type brand struct {
	Title, Description string
	Initial            string // in place of a logo
	Logo               template.URL
}

func brandOf(p *Page) brand {
	b := brand{Title: secret.PrintableLine(p.Title), Description: secret.Printable(p.Description)}
	for _, r := range b.Title {
		b.Initial = strings.ToUpper(string(r))
		break
	}
	if logoTypes[p.LogoType] && len(p.Logo) > 0 && len(p.Logo) <= maxLogo {
		b.Logo = template.URL("data:" + p.LogoType + ";base64," + base64.StdEncoding.EncodeToString(p.Logo))
	}
	return b
}

// A formView is the form as it is shown.
type formView struct {
	Token    string
	Problems []problemView
	Failed   bool // the problems came after the answers were accepted
	More     bool // the user is asked for what follows from the answers
	Options  choiceViews
	Shown    string // the key of the option that is shown
	About    string // what the option says of itself, if it is the only one

	Environments choiceViews
	Inputs       []fieldView
	Parameters   []fieldView
	Scopes       choiceViews

	Registration    string
	RegistrationURI string
	RegistrationAt  string
	Preview
}

// A problemView is a problem in the summary, with the field that it is about.
type problemView struct{ Field, Message string }

// A choiceView is an option of a select, or a radio button or checkbox.
type choiceView struct {
	ID, Name, Key, Title, Description string
	Chosen, Required                  bool
}

// choiceViews are the choices of one thing.
type choiceViews []choiceView

// Short says whether they fit beside each other.
func (list choiceViews) Short() bool {
	return !slices.ContainsFunc(list, func(c choiceView) bool { return c.Description != "" || len(c.Title) > 24 })
}

// A fieldView is a field as it is shown.
type fieldView struct {
	ID, Name                    string // Name is that of the page, with its prefix
	Title, Description, Example string
	Help, HelpAt                string
	Problem                     string
	Control                     string // the template that shows it
	Type, Mode                  string // of an input
	Text                        string // what it holds; never a secret
	Rows                        int
	Empty                       string // the words of no choice
	Choices                     choiceViews
	Required, Secret            bool
	Kept                        bool // it is a secret that is there
	Checked                     bool
}

// Optional says whether the field may be left empty, in which case the page
// says so.
func (f fieldView) Optional() bool { return !f.Required && f.Control != "boolean" }

// DescribedBy lists the elements that say more about the field.
func (f fieldView) DescribedBy() string {
	var ids []string
	for _, part := range []struct {
		there bool
		name  string
	}{{f.Description != "" || f.Example != "", "about"}, {f.Kept, "kept"}, {f.Problem != "", "problem"}} {
		if part.there {
			ids = append(ids, f.ID+"-"+part.name)
		}
	}
	return strings.Join(ids, " ")
}

// view makes what is shown of a draft.
func (s *Server) view(d *draft) formView {
	o := d.option
	v := formView{
		Token: s.token, Failed: d.failed, More: d.more, Shown: o.Key,
		Environments:    choices("environment", o.Environments, []string{d.environment}),
		Scopes:          choices("scope", o.OptionalScopes, d.scopes),
		Inputs:          d.inputs.view(d.shows),
		Parameters:      d.parameters.view(d.shows),
		Registration:    secret.Printable(o.Registration),
		RegistrationURI: webURL(o.RegistrationURI),
		RegistrationAt:  hostOf(o.RegistrationURI),
	}
	if len(s.page.Options) > 1 {
		for _, other := range s.page.Options {
			v.Options = append(v.Options, choiceView{
				ID: id("option", other.Key), Name: "option", Key: other.Key, Title: secret.PrintableLine(other.title()),
				Description: secret.Printable(other.Description), Chosen: other.Key == o.Key,
			})
		}
	} else {
		v.About = secret.Printable(o.Description)
	}
	if len(v.Environments) == 1 {
		v.Environments = nil
	}
	for _, p := range d.problems {
		v.Problems = append(v.Problems, problemView{Message: secret.Printable(strings.TrimSpace(p.Name + " " + p.Message))})
	}
	for _, f := range slices.Concat(v.Inputs, v.Parameters) {
		if f.Problem != "" {
			v.Problems = append(v.Problems, problemView{f.Focus(), f.Problem})
		}
	}
	if s.page.Preview != nil {
		v.Preview = s.page.Preview(d.sound().answers())
	}
	for i := range v.Hosts {
		v.Hosts[i] = secret.PrintableLine(v.Hosts[i])
	}
	v.RedirectURI = secret.PrintableLine(v.RedirectURI)
	return v
}

func (o *Option) title() string {
	if o.Title == "" {
		return o.Key
	}
	return o.Title
}

// Focus is the element that a link to the field leads to.
func (f fieldView) Focus() string {
	if f.Control == "radios" || f.Control == "checkboxes" {
		return f.Choices[0].ID
	}
	return f.ID
}

// id makes the name of an element of a name that may have any character.
func id(kind, name string) string {
	return kind + "-" + base64.RawURLEncoding.EncodeToString([]byte(name))
}

func choices(kind string, list []form.Choice, chosen []string) choiceViews {
	var views choiceViews
	for _, c := range list {
		key := c.Value.Text()
		title := c.Title
		if title == "" {
			title = key
		}
		views = append(views, choiceView{
			ID: id(kind, key), Name: kind, Key: key, Title: secret.PrintableLine(title), Description: secret.Printable(c.Description),
			Chosen: slices.Contains(chosen, key),
		})
	}
	return views
}

// view shows the fields, and the problems of those that are named.
func (p part) view(named []string) []fieldView {
	var views []fieldView
	for _, f := range p.fields {
		v := p.field(f)
		if message, wrong := p.problems[f.Name]; wrong && slices.Contains(named, v.Name) {
			v.Problem = v.Title + " " + secret.Printable(message)
		}
		views = append(views, v)
	}
	return views
}

func (p part) field(f form.Field) fieldView {
	name := p.name(f)
	v := fieldView{
		ID: id("field", name), Name: name, Title: f.Title, Description: f.Description, Example: f.Example,
		Help: webURL(f.HelpURI), HelpAt: hostOf(f.HelpURI), Required: f.Required, Secret: f.Secret,
		Kept: f.Secret && p.kept.Has(f.Name),
	}
	value, given := p.values.Get(f.Name), p.values.Has(f.Name)
	if _, typed := p.typed[f.Name]; !given && !typed {
		value = f.Default
	}
	v.control(f, value)
	if f.Secret {
		return v
	}
	switch texts := p.typed[f.Name]; {
	case texts != nil:
		v.Text = strings.Join(texts, "\n")
	case v.Control != "boolean":
		v.Text = textOf(f, value)
	}
	v.Text = strings.ReplaceAll(v.Text, "\r\n", "\n")
	return v
}

// control decides how a field is shown.
func (v *fieldView) control(f form.Field, value formula.Value) {
	v.Control, v.Type, v.Rows = "input", "text", 4
	switch f.Kind {
	case form.Boolean:
		v.Control = "boolean"
		v.Checked, _ = value.AsBool()
	case form.Lines:
		v.Control = "lines"
	case form.Structured:
		v.Control, v.Rows = "lines", 6
	case form.Integer:
		v.Mode = "numeric"
	case form.Number:
		v.Mode = "decimal"
	case form.OneOf:
		v.pick(f, value)
	case form.Several:
		v.Control = "checkboxes"
		if f.Custom {
			v.Control = "lines"
		}
		v.Choices = v.choices(f, func(c form.Choice) bool {
			list, _ := value.AsList()
			return !v.Secret && slices.ContainsFunc(list, c.Value.Equal)
		})
	default:
		v.text(f)
	}
	if v.Secret && v.Control == "input" {
		v.Type = "password"
	}
}

// manyChoices is from where on choices are shown as a list that opens.
const manyChoices = 6

// pick shows the choices of which one is taken.
func (v *fieldView) pick(f form.Field, value formula.Value) {
	v.Choices = v.choices(f, func(c form.Choice) bool { return !v.Secret && c.Value.Equal(value) })
	has := func(is func(choiceView) bool) bool { return slices.ContainsFunc(v.Choices, is) }
	described := has(func(c choiceView) bool { return c.Description != "" })
	switch {
	case f.Custom:
		v.Control = "input"
	case !v.Secret && (described || len(v.Choices) < manyChoices):
		v.Control = "radios"
		if !v.Required && f.Default.IsUndefined() {
			none := !has(func(c choiceView) bool { return c.Chosen })
			v.Choices = append(v.Choices, choiceView{ID: id("choice", v.Name), Name: v.Name, Title: "None", Chosen: none})
		}
	default:
		v.Control = "select"
		v.Empty = "None"
		if v.Required {
			v.Empty = "Choose one"
		}
		if v.Kept {
			v.Empty = "As it is"
		}
	}
}

func (v *fieldView) choices(f form.Field, chosen func(form.Choice) bool) choiceViews {
	var views choiceViews
	for _, c := range f.Choices {
		views = append(views, choiceView{
			ID: id("choice", v.Name+"\x00"+c.Key), Name: v.Name, Key: c.Key, Title: c.Title, Description: c.Description,
			Chosen: chosen(c), Required: v.Required && f.Kind == form.OneOf,
		})
	}
	return views
}

// text helps who types on a telephone or with a browser that knows addresses.
func (v *fieldView) text(f form.Field) {
	switch f.Format {
	case "uri", "url":
		v.Mode = "url"
	case "email":
		v.Mode = "email"
	}
}

// textOf writes a value as it would be typed.
func textOf(f form.Field, value formula.Value) string {
	text, isText := value.AsString()
	list, isList := value.AsList()
	switch {
	case value.IsMissing():
		return ""
	case isText:
		return text
	case f.Kind == form.Several && isList:
		var lines []string
		for _, item := range list {
			lines = append(lines, textOf(form.Field{}, item))
		}
		return strings.Join(lines, "\n")
	case f.Kind == form.Structured:
		var b bytes.Buffer
		if json.Indent(&b, value.AppendJSON(nil), "", "  ") == nil {
			return b.String()
		}
	}
	return string(value.AppendJSON(nil))
}

// webURL returns an address that a link may lead to, or "".
func webURL(text string) string {
	if u, err := url.Parse(text); err == nil && (u.Scheme == "https" || u.Scheme == "http") && u.Host != "" {
		return text
	}
	return ""
}

// hostOf returns where an address leads to.
func hostOf(text string) string {
	u, err := url.Parse(text)
	if err != nil {
		return ""
	}
	return secret.PrintableLine(u.Host)
}
