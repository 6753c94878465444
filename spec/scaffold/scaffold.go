// Package scaffold makes a new connector from answers.
//
//	t := scaffold.Find("api-key")
//	files, err := t.Files(map[string]string{"name": "Acme", "baseUri": "https://api.acme.example"})
//
// What it makes validates, and has nothing in it that its user does not need.
package scaffold

import (
	"bytes"
	"embed"
	"fmt"
	"io/fs"
	"net/url"
	"strings"
	"sync"
	"text/template"

	"golang.org/x/tools/txtar"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

//go:embed templates/*.tmpl
var embedded embed.FS

// parsed are the templates.
var parsed = sync.OnceValue(func() *template.Template {
	return template.Must(template.New("").Option("missingkey=error").Funcs(template.FuncMap{
		"q":     quote,
		"words": strings.Fields,
	}).ParseFS(embedded, "templates/*.tmpl"))
})

// quote writes a text as a YAML scalar of one line.
func quote(text string) string {
	return strings.TrimSuffix(string(spec.EncodeYAML(formula.String(text))), "\n")
}

// A File is one file of a connector, by its path in the connector's directory,
// with slashes.
type File struct {
	Path string
	Data []byte
}

// FS returns files as a file system.
func FS(files []File) (fs.FS, error) {
	a := &txtar.Archive{}
	for _, f := range files {
		a.Files = append(a.Files, txtar.File{Name: f.Path, Data: f.Data})
	}
	return txtar.FS(a)
}

// An AnswerError says what is wrong with an answer.
type AnswerError struct {
	Key     string
	Message string // what comes behind the key
}

func (e *AnswerError) Error() string { return e.Key + " " + e.Message }

// Files makes the files of a connector: spec.yml, README.md and what else the
// template has. What is not answered is the default of its question; key is made
// from the name. An answer to no question, or one that is none, is an
// [*AnswerError].
func (t *Template) Files(answers map[string]string) ([]File, error) {
	values, err := t.values(answers)
	if err != nil {
		return nil, err
	}
	var files []File
	for _, f := range []struct{ path, template string }{
		{"spec.yml", t.Name + ".tmpl"}, {t.file, t.Name + ".js.tmpl"}, {"README.md", "readme.tmpl"},
	} {
		if f.path == "" {
			continue
		}
		var b bytes.Buffer
		if err := parsed().ExecuteTemplate(&b, f.template, values); err != nil {
			return nil, fmt.Errorf("template %s: %w", t.Name, err)
		}
		files = append(files, File{f.path, tidy(b.Bytes())})
	}
	return files, nil
}

// values returns what the files are made of.
func (t *Template) values(answers map[string]string) (map[string]any, error) {
	values := map[string]any{
		"schema": "./spec.schema.json", "template": t.Name, "summary": t.Summary, "oauth": t.OAuth,
	}
	given := map[string]string{}
	for k, v := range answers {
		given[k] = v
	}
	for _, q := range t.All() {
		answer, answered := given[q.Key]
		if !answered {
			if q.Unless == "" || given[q.Unless] == "" {
				answer = fill(q.Default, given)
			}
			if answer == "" && q.check != nil && q.Check("") != nil && q.Unless == "" {
				return nil, &AnswerError{q.Key, "is missing"}
			}
		} else if err := q.Check(answer); err != nil && !(q.Unless != "" && given[q.Unless] != "") {
			return nil, &AnswerError{q.Key, err.Error()}
		}
		given[q.Key] = answer
		values[q.Key] = answer
	}
	for _, k := range []string{"key", "description"} {
		values[k] = answers[k]
	}
	if values["key"] == "" {
		values["key"] = KeyOf(given["name"])
	}
	if values["description"] == "" {
		values["description"] = "What " + given["name"] + " is for, in one sentence."
	}
	for k := range answers {
		if _, known := values[k]; !known {
			return nil, &AnswerError{k, "is no question of this template"}
		}
	}
	base := strings.TrimRight(given["baseUri"], "/")
	values["baseUri"] = base
	if u, err := url.Parse(base); err == nil {
		values["host"], values["basePath"] = u.Host, u.EscapedPath()
	}
	return values, nil
}

// KeyOf makes a connector's key of its name.
func KeyOf(name string) string {
	var b strings.Builder
	for _, r := range strings.ToLower(name) {
		switch {
		case r >= 'a' && r <= 'z', r >= '0' && r <= '9':
			b.WriteRune(r)
		case b.Len() > 0 && !strings.HasSuffix(b.String(), "-"):
			b.WriteByte('-')
		}
	}
	if key := strings.Trim(b.String(), "-"); key != "" {
		return key
	}
	return "connector"
}

// tidy leaves one empty line where there are several, and one line end at the
// end.
func tidy(data []byte) []byte {
	for bytes.Contains(data, []byte("\n\n\n")) {
		data = bytes.ReplaceAll(data, []byte("\n\n\n"), []byte("\n\n"))
	}
	return append(bytes.TrimRight(bytes.TrimLeft(data, "\n"), "\n"), '\n')
}
