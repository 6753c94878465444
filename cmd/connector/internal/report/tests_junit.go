package report

import (
	"fmt"
	"io"
	"path"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
)

// junitTests prints tests as JUnit does. A connector is a suite, each of its
// options, and each operation with it, a test.
type junitTests struct {
	w       io.Writer
	options TestOptions
	suites  junitSuites
	current *junitSuite // of the connector whose tests come
	of      string      // its file
}

func openJUnitTests(w io.Writer, o TestOptions) Tests { return &junitTests{w: w, options: o} }

func (j *junitTests) Write(t Test) error {
	if j.current == nil || j.of != t.File {
		j.suites.Suites = append(j.suites.Suites, j.suite(&t))
		j.current, j.of = &j.suites.Suites[len(j.suites.Suites)-1], t.File
	}
	s := j.current
	c := junitCase{Name: secret.PrintableLine(caseName(&t)), Class: className(&t)}
	if t.timed() {
		c.Time = seconds(t.Duration.Seconds())
	}
	s.Time += c.Time
	s.Tests++
	switch t.outcome() {
	case skipped:
		s.Skipped++
		c.Skipped = secret.PrintableLine(t.Skipped)
	case failed:
		s.Failures++
		c.Failure = &junitProblem{failedStep(&t), secret.PrintableLine(t.Message), junitFailure(&t)}
	}
	s.Out += junitOut(c.Name, &t)
	s.Cases = append(s.Cases, c)
	return nil
}

// suite begins the suite of a connector.
func (j *junitTests) suite(t *Test) junitSuite {
	s := newSuite(j.options.Version, j.options.Now, secret.PrintableLine(t.Connector), len(j.suites.Suites))
	s.Package = path.Dir(secret.PrintableLine(t.File))
	for _, r := range j.options.Routes {
		s.Properties = append(s.Properties, junitProperty{"connector.route", secret.PrintableLine(r)})
	}
	return s
}

// caseName returns the name of a test within its connector.
func caseName(t *Test) string {
	name := t.Option
	if name == "" {
		name = "spec" // which could not be tested at all
	}
	if t.Operation != "" {
		name += " / operation " + t.Operation
	}
	if t.Scenario != "" {
		name += " / " + t.Scenario
	}
	return name
}

// className returns the class of a connector's tests: its file, of which
// consumers would take a dot for the end of a package.
func className(t *Test) string {
	file := secret.PrintableLine(t.File)
	return strings.TrimSuffix(file, path.Ext(file))
}

// failedStep returns the step that failed; "test" if none did.
func failedStep(t *Test) string {
	for _, s := range t.Steps {
		if !s.OK {
			return secret.PrintableLine(s.Name)
		}
	}
	return "test"
}

// junitFailure returns a failure as lines for people.
func junitFailure(t *Test) string {
	text := secret.PrintableLine(t.Message) + "\n"
	if t.Hint != "" {
		text += "hint: " + secret.PrintableLine(t.Hint) + "\n"
	}
	for _, s := range t.Steps {
		line := "ok   " + s.Name
		if !s.OK {
			line = "FAIL " + s.Name
		}
		if s.Request != nil {
			line += fmt.Sprintf("  %s %s", s.Request.Method, s.Request.URL)
		}
		if s.Status != 0 {
			line += fmt.Sprintf("  %d", s.Status)
		}
		text += secret.PrintableLine(line) + "\n"
	}
	return text
}

// junitOut returns what else is to be said about a test.
func junitOut(name string, t *Test) string {
	var b strings.Builder
	for _, r := range t.remarks() {
		if r.kind != "" && (r.kind != "hint" || t.OK) {
			fmt.Fprintf(&b, "%s: %s: %s\n", name, r.kind, shorten(secret.PrintableLine(r.text), maxReturned))
		}
	}
	for _, s := range t.Steps {
		for i := range s.Exchanges {
			fmt.Fprintf(&b, "%s: %s\n%s", name, secret.PrintableLine(s.Name), s.Exchanges[i].text())
		}
	}
	return b.String()
}

func (j *junitTests) Close(end End) error {
	if text := end.text(); text != "" && j.current != nil {
		j.current.Err += text + "\n"
	}
	return j.suites.print(j.w)
}
