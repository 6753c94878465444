package peers

import (
	"cmp"
	"html"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
)

// A form is what a browser sends when a button of it is pressed.
type form struct {
	id, method, action string
	fields             []field
}

// A field is an input or a button.
type field struct{ kind, name, value string }

// denyWords are those of a button or a link that says no.
var denyWords = regexp.MustCompile(`(?i)deny|reject|cancel|abort`)

// press gives what happens when a person presses the fitting button or link of
// a page; nil if there is none.
func (p Person) press(body string, denies bool) *step {
	forms, links := read(body)
	if denies {
		if i := slices.IndexFunc(links, denyWords.MatchString); i >= 0 {
			return &step{method: http.MethodGet, address: links[i], denied: true}
		}
	}
	if len(forms) == 0 {
		return nil
	}
	f := forms[0]
	values := p.fill(f)
	button := choose(f, denies)
	if button.name != "" {
		values.Set(button.name, button.value)
	}
	next := &step{method: f.method, address: f.action, denied: saysNo(button)}
	if f.method == http.MethodPost {
		next.form = values
		return next
	}
	action, _, _ := strings.Cut(f.action, "?")
	next.address = action + "?" + values.Encode()
	return next
}

func saysNo(b field) bool { return denyWords.MatchString(b.name + " " + b.value) }

// fill gives the values of the fields of a form.
func (p Person) fill(f *form) url.Values {
	values := url.Values{}
	for _, in := range f.fields {
		value := in.value
		switch in.kind {
		case "submit", "image", "button", "reset":
			continue
		case "checkbox":
			value = cmp.Or(value, "on")
		case "password":
			value = cmp.Or(p.Password, "pw")
		case "text", "email":
			value = cmp.Or(value, p.Name, "alice")
		}
		if typed, ok := p.Fields[in.name]; ok {
			value = typed
		}
		if in.name != "" {
			values.Add(in.name, value)
		}
	}
	return values
}

// choose gives the button that a person presses; none is like pressing Enter.
func choose(f *form, denies bool) field {
	i := slices.IndexFunc(f.fields, func(b field) bool {
		return b.kind == "submit" && saysNo(b) == denies
	})
	if i < 0 {
		return field{}
	}
	return f.fields[i]
}

var (
	tag       = regexp.MustCompile(`(?is)<(/?)(form|input|button|a)\b((?:[^>"']|"[^"]*"|'[^']*')*)>`)
	attribute = regexp.MustCompile(`(?s)([\w:.-]+)(?:\s*=\s*(?:"([^"]*)"|'([^']*)'|([^\s"'>]+)))?`)
)

// read finds the forms and the links of a page.
func read(body string) (forms []*form, links []string) {
	var current *form
	for _, m := range tag.FindAllStringSubmatch(body, -1) {
		closes, name, attributes := m[1] != "", strings.ToLower(m[2]), readAttributes(m[3])
		switch {
		case name == "form" && closes:
			current = nil
		case closes:
		case name == "form":
			current = &form{attributes["id"], strings.ToUpper(cmp.Or(attributes["method"], "get")), attributes["action"], nil}
			forms = append(forms, current)
		case name == "a":
			links = append(links, attributes["href"])
		default:
			owner := current
			if id, ok := attributes["form"]; ok {
				owner = byID(forms, id)
			}
			if owner != nil {
				kind := map[string]string{"input": "text", "button": "submit"}[name]
				owner.fields = append(owner.fields, field{strings.ToLower(cmp.Or(attributes["type"], kind)), attributes["name"], attributes["value"]})
			}
		}
	}
	return forms, links
}

func byID(forms []*form, id string) *form {
	if i := slices.IndexFunc(forms, func(f *form) bool { return f.id == id }); i >= 0 {
		return forms[i]
	}
	return nil
}

func readAttributes(text string) map[string]string {
	attributes := map[string]string{}
	for _, m := range attribute.FindAllStringSubmatch(text, -1) {
		attributes[strings.ToLower(m[1])] = html.UnescapeString(m[2] + m[3] + m[4])
	}
	return attributes
}
