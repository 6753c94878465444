package report

import (
	"fmt"
	"io"
	"time"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
)

// A Test is what came out of testing one option, or one operation with it.
type Test struct {
	Connector string `json:"connector"`
	Option    string `json:"option"`
	Operation string `json:"operation,omitempty"`
	Mode      string `json:"mode"`
	OK        bool   `json:"ok"`
	Skipped   string `json:"skipped"`
	Label     string `json:"label"`
	Steps     []Step `json:"steps"`
	Message   string `json:"message"`
	Hint      string `json:"hint,omitempty"`
	Note      string `json:"note,omitempty"`
	// Warnings say what the spec allows and should not; Notes, how answers of
	// the server differed from the standard.
	Warnings []string `json:"warnings,omitempty"`
	Notes    []string `json:"notes,omitempty"`

	Duration time.Duration `json:"-"`
}

// A Step is one part of a test.
type Step struct {
	Name    string   `json:"name"`
	OK      bool     `json:"ok"`
	Request *Request `json:"request,omitempty"`
	Status  int      `json:"status,omitempty"`
	Message string   `json:"message"`
	MS      float64  `json:"ms"`
}

// A Request is the last request of a step, its URL without the query.
type Request struct {
	Method string `json:"method"`
	URL    string `json:"url"`
}

// Fill takes over a result.
func (t *Test) Fill(r *auth.Result) {
	t.OK, t.Label, t.Message, t.Hint, t.Note = r.OK, r.Label, r.Message, r.Hint, r.Note
	t.Warnings, t.Notes = r.Warnings, r.Notes
	for _, s := range r.Steps {
		step := Step{Name: s.Name, OK: s.OK, Status: s.Status, Message: s.Message, MS: float64(s.Duration.Microseconds()) / 1000}
		if s.URL != "" {
			step.Request = &Request{s.Method, s.URL}
		}
		t.Steps = append(t.Steps, step)
		t.Duration += s.Duration
	}
}

// Tests prints tests as they end.
type Tests interface {
	Write(Test) error
	Close() error
}

// TestOptions say how tests are printed.
type TestOptions struct {
	Color, Quiet bool
	Routes       []string
}

// NewTests returns what prints tests in a format: text or json.
func NewTests(format string, w io.Writer, o TestOptions) Tests {
	if format == "json" {
		return &jsonTests{w: w, options: o}
	}
	return &textTests{w: w, options: o}
}

type jsonTests struct {
	w       io.Writer
	options TestOptions
	tests   []Test
	failed  bool
}

func (j *jsonTests) Write(t Test) error {
	if t.Steps == nil {
		t.Steps = []Step{}
	}
	j.failed = j.failed || !t.OK && t.Skipped == ""
	j.tests = append(j.tests, t)
	return nil
}

func (j *jsonTests) Close() error {
	if j.tests == nil {
		j.tests = []Test{}
	}
	return JSON(j.w, struct {
		Version int      `json:"version"`
		OK      bool     `json:"ok"`
		Routes  []string `json:"routes,omitempty"`
		Tests   []Test   `json:"tests"`
	}{1, !j.failed, j.options.Routes, j.tests})
}

type textTests struct {
	w                       io.Writer
	options                 TestOptions
	passed, failed, skipped int
}

func (t *textTests) Write(r Test) error {
	o := t.options
	word, color := "FAIL", red
	switch {
	case r.OK:
		t.passed++
		word, color = "ok  ", green
	case r.Skipped != "":
		t.skipped++
		word, color = "skip", yellow
	default:
		t.failed++
	}
	name := secret.PrintableLine(r.Connector)
	if r.Option != "" && r.Option != "default" {
		name += " / " + secret.PrintableLine(r.Option)
	}
	if r.Operation != "" {
		name += " / operation " + secret.PrintableLine(r.Operation)
	}
	line := fmt.Sprintf("%s %s  %s", paint(o.Color, color, word), paint(o.Color, bold, name), paint(o.Color, dim, r.Mode))
	if r.Skipped != "" {
		line = fmt.Sprintf("%s %s  %s", paint(o.Color, color, word), paint(o.Color, bold, name), secret.PrintableLine(r.Skipped))
	}
	if _, err := fmt.Fprintln(t.w, line); err != nil || r.Skipped != "" {
		return err
	}
	return t.details(r)
}

// details prints the steps of a test and what is to be said about it.
func (t *textTests) details(r Test) error {
	o := t.options
	for _, s := range r.Steps {
		mark := paint(o.Color, green, "✓")
		if !s.OK {
			mark = paint(o.Color, red, "✗")
		}
		line := fmt.Sprintf("     %s %s", mark, s.Name)
		if s.Request != nil {
			line += fmt.Sprintf("  %s %s", s.Request.Method, secret.PrintableLine(s.Request.URL))
		}
		if s.Status != 0 {
			line += fmt.Sprintf("  %d", s.Status)
		}
		if r.Mode == "live" && s.Request != nil {
			line += paint(o.Color, dim, fmt.Sprintf("  %.0f ms", s.MS))
		}
		fmt.Fprintln(t.w, line)
	}
	type item struct{ name, text, color string }
	items := []item{{"", r.Message, red}, {"hint: ", r.Hint, ""}, {"label: ", r.Label, ""}, {"note: ", r.Note, ""}}
	for _, text := range r.Notes {
		items = append(items, item{"note: ", text, ""})
	}
	for _, text := range r.Warnings {
		items = append(items, item{"warning: ", text, yellow})
	}
	for _, item := range items {
		if item.text == "" {
			continue
		}
		text := item.name + secret.PrintableLine(item.text)
		if item.color != "" {
			text = paint(o.Color, item.color, text)
		}
		fmt.Fprintf(t.w, "     %s\n", text)
	}
	return nil
}

func (t *textTests) Close() error {
	if t.options.Quiet {
		return nil
	}
	for _, r := range t.options.Routes {
		fmt.Fprintf(t.w, "routed: %s\n", secret.PrintableLine(r))
	}
	s := fmt.Sprintf("%d passed", t.passed)
	if t.failed > 0 {
		s += fmt.Sprintf(", %d failed", t.failed)
	}
	if t.skipped > 0 {
		s += fmt.Sprintf(", %d skipped", t.skipped)
	}
	_, err := fmt.Fprintln(t.w, s)
	return err
}
