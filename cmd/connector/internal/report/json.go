package report

import (
	"bytes"
	"encoding/json"
	"io"

	"github.com/connector-spec/connector/spec"
)

// jsonDiagnostics prints diagnostics as one JSON object, version 1.
type jsonDiagnostics struct {
	w    io.Writer
	list []spec.Diagnostic
}

func (j *jsonDiagnostics) Write(list []spec.Diagnostic) error {
	j.list = append(j.list, list...)
	return nil
}

func (j *jsonDiagnostics) Close(s Summary) error {
	if j.list == nil {
		j.list = []spec.Diagnostic{}
	}
	return encode(j.w, struct {
		Version     int               `json:"version"`
		OK          bool              `json:"ok"`
		Connectors  int               `json:"connectors"`
		Diagnostics []spec.Diagnostic `json:"diagnostics"`
		Summary     any               `json:"summary"`
	}{1, s.Errors == 0 && s.Unread == 0, s.Connectors, j.list, struct {
		Errors   int `json:"errors"`
		Warnings int `json:"warnings"`
	}{s.Errors, s.Warnings}})
}

// encode writes v as indented JSON.
func encode(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := w.Write(b.Bytes())
	return err
}
