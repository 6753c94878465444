package report

import (
	"bytes"
	"encoding/json"
	"fmt"
	"io"
	"strings"
	"unicode/utf16"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/spec"
)

// jsonDiagnostics prints diagnostics as one JSON object, version 1.
type jsonDiagnostics struct {
	w    io.Writer
	list []spec.Diagnostic
}

func openJSON(w io.Writer, _ Options) Diagnostics { return &jsonDiagnostics{w: w} }

func (j *jsonDiagnostics) Write(c Checked) error {
	j.list = append(j.list, c.Diagnostics...)
	return nil
}

func (j *jsonDiagnostics) Close(s Summary) error {
	if j.list == nil {
		j.list = []spec.Diagnostic{}
	}
	return JSON(j.w, struct {
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

// JSON writes v as indented JSON. Characters that could steer a terminal or
// deceive a reader are written as escapes, which mean the same to a program.
func JSON(w io.Writer, v any) error {
	var b bytes.Buffer
	e := json.NewEncoder(&b)
	e.SetEscapeHTML(false)
	e.SetIndent("", "  ")
	if err := e.Encode(v); err != nil {
		return err
	}
	_, err := io.WriteString(w, PrintableJSON(b.String()))
	return err
}

// PrintableJSON writes the characters that are not safe to print as \u escapes.
// In JSON they stand in texts only; line feeds are its layout.
func PrintableJSON(text string) string {
	var b strings.Builder
	for _, r := range text {
		switch {
		case r < 0x7f || secret.Printable(string(r)) == string(r):
			b.WriteRune(r)
		case r < 0x10000:
			fmt.Fprintf(&b, `\u%04x`, r)
		default:
			high, low := utf16.EncodeRune(r)
			fmt.Fprintf(&b, `\u%04x\u%04x`, high, low)
		}
	}
	return b.String()
}
