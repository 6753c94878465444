package form_test

import (
	"context"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/mattn/go-runewidth"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/cmd/connector/internal/form"
	"github.com/connector-spec/connector/formula"
)

var update = flag.Bool("update", false, "rewrite the dialogues of testdata/dialogues as they go now")

// A typist answers questions in turn, and notes what the screen then shows. It
// ends the conversation after the last answer.
type typist struct {
	answers []string
	seen    strings.Builder
}

func (a *typist) Line(_ context.Context, prompt string) (string, error) {
	return a.answer(prompt, secret.PrintableLine)
}

func (a *typist) Secret(_ context.Context, prompt string) (string, error) {
	return a.answer(prompt, func(string) string { return "" })
}

func (a *typist) answer(prompt string, echo func(string) string) (string, error) {
	a.seen.WriteString(prompt)
	if len(a.answers) == 0 {
		a.seen.WriteString("^D\n")
		return "", io.EOF
	}
	text := a.answers[0]
	a.answers = a.answers[1:]
	a.seen.WriteString(echo(text) + "\n")
	return text, nil
}

// TestDialogues runs the dialogues of testdata/dialogues: a schema, what is
// given and the answers, and all that is then to be seen.
func TestDialogues(t *testing.T) {
	t.Parallel()
	const pem = "-----BEGIN PRIVATE KEY-----\nMIIBVgIBADANBg\n-----END PRIVATE KEY-----"
	kinds := parse(t, `{"type": "object", "properties": {
		"host": {"type": "string", "title": "Host", "description": "The first part of your address, as in https://acme.example.com. It is the same for all users of a company, and never changes.", "helpUri": "https://help.example.com/where-to-find-the-host", "examples": ["acme"], "pattern": "^[a-z]+$"},
		"password": {"type": "string", "title": "Password", "isSensitive": true, "minLength": 4},
		"rate": {"type": "number", "title": "Rate", "maximum": 10},
		"size": {"type": "integer", "title": "Page size", "default": 50},
		"verify": {"type": "boolean", "title": "Verify certificates", "default": true},
		"agree": {"type": "boolean", "title": "Do you agree?"},
		"region": {"title": "Region", "oneOf": [{"const": "eu", "title": "Europe"}, {"const": "us", "title": "United States", "description": "All of them, and the territories that nobody ever thinks of when they fill in a form."}], "default": "us"},
		"version": {"title": "Version", "enum": [1, 2, 4]},
		"scopes": {"type": "array", "title": "Scopes", "items": {"enum": ["read", "write", "admin"]}, "minItems": 1},
		"tags": {"type": "array", "title": "Tags", "items": {"type": "string"}},
		"proxy": {"type": "object", "title": "Proxy", "properties": {"port": {"type": "integer"}}, "required": ["port"]},
		"key": {"type": "string", "title": "Private key", "format": "multiline", "isSensitive": true},
		"note": {"type": "string", "title": "Note"}, "fixed": {"const": "v1"}},
		"required": ["host", "password", "rate", "agree", "version", "scopes", "tags", "proxy", "key", "fixed"]}`)
	all := []string{
		"", "Acme", "?", "acme", "abc", " abcd", "x", "11", "2.5", "", "n", "maybe", "yes", "1", "3", "4", "1, x", "", "1 2", "a, b", "{", `"port": "x"}`, `{"port": 1}`,
		"-----BEGIN PRIVATE KEY-----", "MIIB", "", "x", "-----END PRIVATE KEY-----", "?", "",
	}
	got := func(values string) string { return values }
	for _, c := range []struct {
		name    string
		schema  formula.Value
		given   string
		answers []string
		o       form.PromptOptions
		want    string
	}{
		{"kinds", kinds, `{}`, all, form.PromptOptions{}, `{"host":"acme","password":" abcd","rate":2.5,"verify":false,"agree":true,"region":"eu","version":4,"scopes":["read","write"],"tags":["a","b"],"proxy":{"port":1},"key":"-----BEGIN PRIVATE KEY-----\nMIIB\n\nx\n-----END PRIVATE KEY-----\n","fixed":"v1"}`},
		{"narrow and colored", kinds, `{"password":"abcd","rate":1,"agree":true,"version":1,"tags":[],"proxy":{"port":1}}`, []string{"ACME", "acme", "", "", "", "2", "xyz", "", ""}, form.PromptOptions{Width: 24, Color: true, For: "Acme 漢字"}, `{"password":"abcd","rate":1,"agree":true,"version":1,"tags":[],"proxy":{"port":1},"host":"acme","scopes":["write"],"key":"xyz","fixed":"v1"}`},
		{"only what is needed", kinds, `{"host":"acme","password":"abcd","rate":1,"agree":true,"scopes":["read"],"tags":[],"proxy":{"port":1},"key":"x"}`, []string{"2"}, form.PromptOptions{Needed: true}, `{"host":"acme","password":"abcd","rate":1,"agree":true,"scopes":["read"],"tags":[],"proxy":{"port":1},"key":"x","version":2,"fixed":"v1"}`},
		{"a condition that holds", parse(t, rest), `{}`, []string{"2", "secret", "x1", "12"}, form.PromptOptions{For: "Acme"}, `{"api":"REST","token":"secret","appId":"12"}`},
		{"a condition that does not", parse(t, rest), `{}`, []string{"user api", "secret", ""}, form.PromptOptions{For: "Acme"}, `{"api":"User","token":"secret"}`},
		{"alternatives", parse(t, branches), `{}`, []string{"basic", "ada", ""}, form.PromptOptions{}, `{"kind":"basic","user":"ada"}`},
		{"nothing told apart", parse(t, either), `{}`, []string{"", "", "", "ada"}, form.PromptOptions{}, `{"user":"ada"}`},
		{"dependent", parse(t, dependent), `{}`, []string{"p", "u", "", "secret", "x", "81", "b"}, form.PromptOptions{}, `{"proxy":"p","user":"u","password":"secret","port":81,"mode":"b"}`},
		{"what was pasted", parse(t, `{"properties": {"token": {"title": "Token"}, "key": {"title": "Key", "isSensitive": true}, "cert": {"title": "Certificate", "format": "multiline"}, "json": {"title": "Service account", "isSensitive": true}, "next": {"title": "Next"}}, "required": ["token"]}`), `{}`, append([]string{"abc\ndef", "abc\n"}, append(strings.Split(pem, "\n"), pem+"\n"+pem+"\n", "{", `  "a": 1`, "}", "last")...), form.PromptOptions{}, `{"token":"abc","key":"-----BEGIN PRIVATE KEY-----\nMIIBVgIBADANBg\n-----END PRIVATE KEY-----\n","cert":"-----BEGIN PRIVATE KEY-----\nMIIBVgIBADANBg\n-----END PRIVATE KEY-----\n-----BEGIN PRIVATE KEY-----\nMIIBVgIBADANBg\n-----END PRIVATE KEY-----\n","json":"{\n  \"a\": 1\n}","next":"last"}`},
		{"what was there before", parse(t, rest), `{"region":"us"}`, []string{"", ""}, form.PromptOptions{Offered: parse(t, `{"api": "User", "token": "kept-secret"}`)}, `{"region":"us","api":"User","token":"kept-secret"}`},
		{"words of others", parse(t, `{"properties": {"a": {"title": "A\u001b[2J\u202e\r\nB", "description": "x\u001b]0;title\u0007y\n\n漢字漢字漢字漢字漢字漢字漢字漢字", "default": "\u001b[31m", "enum": ["\u001b[31m", "b\u0007"]}}}`), `{}`, []string{"?", ""}, form.PromptOptions{Width: 20}, `{}`},
		{"a value that was given is wrong", parse(t, rest), `{"api": "SOAP"}`, nil, form.PromptOptions{}, `invalid: api must be "User" or "REST"`},
		{"the end of the conversation", parse(t, rest), `{}`, []string{"1"}, form.PromptOptions{}, "ask for Token: EOF"},
		{"another answer makes others needless", parse(t, `{"properties": {"a": {"enum": ["x", "y"]}, "c": {"type": "string"}}, "required": ["a"], "if": {"properties": {"a": {"const": "x"}}}, "then": {"properties": {"b": {"type": "string"}, "a": {"const": "never"}}}}`), `{}`, []string{"1", "b", "c", "2"}, form.PromptOptions{}, `{"c":"b","a":"y"}`},
	} {
		t.Run(c.name, func(t *testing.T) {
			a := &typist{answers: c.answers}
			values, err := form.Prompt(t.Context(), a, &a.seen, form.New(c.schema), parse(t, c.given), c.o)
			result := got(string(values.AppendJSON(nil)))
			var invalid *form.InvalidError
			switch {
			case errors.As(err, &invalid):
				result = "invalid: " + invalid.Error()
			case err != nil:
				result = err.Error()
			}
			if result != c.want || len(a.answers) > 0 {
				t.Errorf("the result is\n%s\nwant\n%s\nanswers left: %q; seen:\n%s", result, c.want, a.answers, a.seen.String())
			}
			compare(t, c.name, a.seen.String())
		})
	}
}

// compare compares what was seen with the file that says what is to be seen.
func compare(t *testing.T, name, seen string) {
	t.Helper()
	seen = strings.ReplaceAll(seen, "\x1b", "␛")
	file := filepath.Join("testdata", "dialogues", strings.ReplaceAll(name, " ", "-")+".txt")
	if *update {
		if err := os.WriteFile(file, []byte(seen), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(string(want), seen); diff != "" {
		t.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

// TestChoose chooses by number, title and key; one choice needs no question.
func TestChoose(t *testing.T) {
	t.Parallel()
	choices := []form.Choice{{Key: "oauth", Title: "Log in with a browser", Description: "Best for people."}, {Key: "token", Title: "API token"}, {Title: "None"}}
	for answers, want := range map[string]string{"1": "0", "api token": "1", "TOKEN": "1", "4|none": "2", "|x|2": "1", "?|3": "2", "": "EOF"} {
		a := &typist{answers: strings.Split(answers, "|")}
		if answers == "" {
			a.answers = nil
		}
		i, err := form.Choose(t.Context(), a, &a.seen, "How to log in", choices, form.PromptOptions{For: "Acme"})
		got := fmt.Sprint(i)
		if err != nil {
			got = err.Error()
		}
		if got != want {
			t.Errorf("%q chooses %s, want %s; seen:\n%s", answers, got, want, a.seen.String())
		}
		if answers == "4|none" {
			compare(t, "choose", a.seen.String())
		}
	}
	a := &typist{}
	if i, err := form.Choose(t.Context(), a, &a.seen, "One", choices[:1], form.PromptOptions{}); i != 0 || err != nil || a.seen.Len() > 0 {
		t.Errorf("of one: %d, %v, %q", i, err, a.seen.String())
	}
	if _, err := form.Choose(t.Context(), a, &a.seen, "None", nil, form.PromptOptions{}); err == nil {
		t.Error("there is nothing to choose from, and something was chosen")
	}
}

func TestConfirm(t *testing.T) {
	t.Parallel()
	for _, c := range []struct {
		answers string
		def     bool
		want    bool
		seen    string
	}{
		{"", true, true, "Go on? [Y/n] \n"},
		{"", false, false, "Go on? [y/N] \n"},
		{"y", false, true, "Go on? [y/N] y\n"},
		{"NO", true, false, "Go on? [Y/n] NO\n"},
		{"perhaps|yes", false, true, "Go on? [y/N] perhaps\n  ! must be yes or no\nGo on? [y/N] yes\n"},
	} {
		a := &typist{answers: strings.Split(c.answers, "|")}
		got, err := form.Confirm(t.Context(), a, &a.seen, "Go on?", c.def)
		if got != c.want || err != nil || a.seen.String() != c.seen {
			t.Errorf("%q: %t, %v, seen %q, want %q", c.answers, got, err, a.seen.String(), c.seen)
		}
	}
	a := &typist{}
	if yes, err := form.Confirm(t.Context(), a, &a.seen, "Go on?", true); yes || !errors.Is(err, io.EOF) {
		t.Errorf("who ends the conversation says %t, %v", yes, err)
	}
}

// FuzzForm asks for the values of any schema and types any text: it ends, what
// is shown is safe to show, secrets are not shown, and the values that come out
// meet the schema.
func FuzzForm(f *testing.F) {
	for _, schema := range []string{rest, branches, either, dependent, `{"properties": {"a": {"type": ["array", "null"], "items": {"oneOf": [{"const": 1, "title": "x\u001b"}]}}, "b": {"allOf": [{"$ref": "#"}]}}, "not": {"required": ["b"]}}`} {
		f.Add(schema, "{}", "1\n2\nREST\nabc\n12\n?\n{\n\n-----BEGIN A-----\n\n-----END A-----", 30)
		f.Add(schema, `{"api": "REST", "kind": "key", "proxy": "x"}`, "x\n\n\ny", 80)
	}
	f.Fuzz(func(t *testing.T, schemaText, givenText, typed string, width int) {
		schema, err := formula.ParseJSON([]byte(schemaText))
		given, err2 := formula.ParseJSON([]byte(givenText))
		if err != nil || err2 != nil {
			t.Skip()
		}
		const marker = "topsecretmarker"
		model := form.New(schema)
		a := &typist{answers: strings.Split(typed, "\n")}
		secrets := &hider{typist: a, marker: marker}
		values, err := form.Prompt(t.Context(), secrets, &a.seen, model, given, form.PromptOptions{Width: width % 200})
		if err == nil {
			if problems := model.Check(values); len(problems) > 0 {
				t.Errorf("the values %v have problems: %v", values, problems)
			}
		}
		seen := a.seen.String()
		if strings.Contains(seen, marker) {
			t.Errorf("a secret is shown: %q", seen)
		}
		for _, r := range seen {
			if r < 0x20 && r != '\n' && r != '\t' || r >= 0x7f && r < 0xa0 || r == 0x202e {
				t.Fatalf("%q is shown in %q", r, seen)
			}
		}
		for _, field := range append(model.Fields(values), model.All()...) {
			for _, c := range field.Choices {
				v, err := model.Read(field, c.Key)
				items, _ := v.AsList()
				if field.Kind == form.OneOf && (err != nil || !v.Equal(c.Value)) || field.Kind == form.Several && strings.TrimSpace(c.Key) != "" && !strings.ContainsAny(c.Key, "\n\r") && (err != nil || len(items) != 1) {
					t.Errorf("%+v reads the key %q as %v, %v", field, c.Key, v, err)
				}
			}
			if field.Title == "" || runewidth.StringWidth(field.Name) > 1<<20 {
				t.Errorf("%+v", field)
			}
		}
	})
}

// A hider answers questions for secrets with a marker in the answer.
type hider struct {
	*typist
	marker string
}

func (h *hider) Secret(ctx context.Context, prompt string) (string, error) {
	text, err := h.typist.Secret(ctx, prompt)
	return text + h.marker, err
}
