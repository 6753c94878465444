package report

import (
	"encoding/xml"
	"fmt"
	"io"
	"path"
	"strconv"
	"strings"
	"time"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/spec"
)

// junitDiagnostics prints diagnostics as the XML that JUnit's Ant task made
// common. A connector is a suite. Each diagnostic that fails is a failed test,
// since consumers show one failure of a test; a connector without any is a test
// that passed. What does not fail is output of the suite.
type junitDiagnostics struct {
	w       io.Writer
	options Options
	suites  junitSuites
}

type junitSuites struct {
	XMLName xml.Name `xml:"testsuites"`
	Suites  []junitSuite
}

// A junitSuite has what the schemas of Ant and Jenkins want, in their order.
type junitSuite struct {
	XMLName    xml.Name        `xml:"testsuite"`
	Name       string          `xml:"name,attr"`
	Package    string          `xml:"package,attr"`
	ID         int             `xml:"id,attr"`
	Timestamp  string          `xml:"timestamp,attr"`
	Hostname   string          `xml:"hostname,attr"`
	Tests      int             `xml:"tests,attr"`
	Failures   int             `xml:"failures,attr"`
	Errors     int             `xml:"errors,attr"`
	Skipped    int             `xml:"skipped,attr,omitempty"` // which Ant does not know
	Time       seconds         `xml:"time,attr"`
	Properties []junitProperty `xml:"properties>property"`
	Cases      []junitCase     `xml:"testcase"`
	Out        string          `xml:"system-out"`
	Err        string          `xml:"system-err"`
}

type junitProperty struct {
	Name  string `xml:"name,attr"`
	Value string `xml:"value,attr"`
}

type junitCase struct {
	Name    string        `xml:"name,attr"`
	Class   string        `xml:"classname,attr"`
	Time    seconds       `xml:"time,attr"`
	Skipped string        `xml:"skipped,omitempty"`
	Error   *junitProblem `xml:"error"`
	Failure *junitProblem `xml:"failure"`
}

// seconds is a time as JUnit writes it.
type seconds float64

// MarshalText writes whole milliseconds, and no zeros that say nothing.
func (s seconds) MarshalText() ([]byte, error) {
	text := strconv.FormatFloat(float64(s), 'f', 3, 64)
	return []byte(strings.TrimSuffix(strings.TrimRight(text, "0"), ".")), nil
}

type junitProblem struct {
	Type    string `xml:"type,attr"`
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

func openJUnit(w io.Writer, o Options) Diagnostics { return &junitDiagnostics{w: w, options: o} }

func (j *junitDiagnostics) Write(c Checked) error {
	file := secret.PrintableLine(c.File)
	s := newSuite(j.options.Version, j.options.Now, file, len(j.suites.Suites))
	s.Package = path.Dir(file)
	for _, d := range c.Diagnostics {
		if d.Severity == spec.Error || d.Severity == spec.Warning && j.options.Strict {
			s.fail(d)
		} else {
			s.Out += junitText(d)
		}
	}
	switch {
	case c.Failure != "":
		text := secret.Printable(c.Failure)
		s.Errors++
		s.add(junitCase{Name: "read", Error: &junitProblem{"unreadable", secret.PrintableLine(c.Failure), text}})
	case s.Tests == 0:
		s.add(junitCase{Name: "valid"})
	}
	j.suites.Suites = append(j.suites.Suites, s)
	return nil
}

// fail adds the test that a diagnostic fails. Its name has no line, so that it
// is the same test after an edit elsewhere, unless two would have one name.
func (s *junitSuite) fail(d spec.Diagnostic) {
	message := secret.PrintableLine(d.Message)
	name := message + " [" + d.Code + "]"
	for _, c := range s.Cases {
		if c.Name == name {
			name = fmt.Sprintf("%s at %s:%d:%d", name, secret.PrintableLine(d.File), d.Line, d.Column)
			break
		}
	}
	s.Failures++
	s.add(junitCase{Name: name, Failure: &junitProblem{d.Code, message, junitText(d)}})
}

// add adds a test to the class that is the suite's file. Consumers split the
// name of a class at dots, so it goes without the extension.
func (s *junitSuite) add(c junitCase) {
	c.Class = strings.TrimSuffix(s.Name, path.Ext(s.Name))
	s.Tests++
	s.Cases = append(s.Cases, c)
}

// junitText returns a diagnostic as lines for people.
func junitText(d spec.Diagnostic) string {
	text := fmt.Sprintf("%s:%d:%d: %s: %s [%s]", d.File, d.Line, d.Column, d.Severity, d.Message, d.Code)
	text = secret.PrintableLine(text) + "\n"
	if d.Hint != "" {
		text += "hint: " + secret.PrintableLine(d.Hint) + "\n"
	}
	return text
}

// newSuite begins a suite.
func newSuite(version string, now func() time.Time, name string, id int) junitSuite {
	return junitSuite{
		Name: name, ID: id, Hostname: "localhost",
		Timestamp:  now().UTC().Format("2006-01-02T15:04:05"),
		Properties: []junitProperty{{"connector.version", version}},
	}
}

// Close prints the report.
func (j *junitDiagnostics) Close(Summary) error { return j.suites.print(j.w) }

// print prints suites. Characters that XML cannot hold were made printable
// before.
func (s junitSuites) print(w io.Writer) error {
	data, err := xml.MarshalIndent(s, "", "  ")
	if err != nil {
		return err
	}
	// Only text between tags has line feeds; as they are, people can read them.
	text := strings.ReplaceAll(string(data), "&#xA;", "\n")
	_, err = io.WriteString(w, xml.Header+text+"\n")
	return err
}
