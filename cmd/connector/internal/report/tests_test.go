package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"io"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/cmd/connector/internal/report"
)

// printTests returns what a format prints for tests.
func printTests(t *testing.T, format string, end report.End, list ...report.Test) string {
	t.Helper()
	var out bytes.Buffer
	tests := report.NewTests(format, &out, report.TestOptions{
		Version: "v1.2.3", Routes: []string{"https://a.example=http://127.0.0.1:1"},
		Now: func() time.Time { return time.Date(2024, 5, 6, 7, 8, 9, 10, time.FixedZone("", 3600)) },
	})
	for _, one := range list {
		if err := tests.Write(one); err != nil {
			t.Fatal(err)
		}
	}
	if err := tests.Close(end); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// everything returns a test whose every text is one.
func everything(text string) report.Test {
	quoted, err := json.Marshal(map[string]string{text: text})
	if err != nil {
		panic(err)
	}
	message := report.Message{Headers: []report.Header{{Name: text, Value: text}}, Body: text, Note: text}
	return report.Test{
		Connector: text, File: text, Option: text, Operation: text, Mode: "live", Label: text, Returned: quoted, Cut: true,
		Message: text, Hint: text, Note: text, Warnings: []string{text}, Notes: []string{text}, Duration: 1234567 * time.Microsecond,
		Steps: []report.Step{{
			Name: text, Request: &report.Request{Method: text, URL: text}, Status: 401, Message: text, MS: 1.5,
			Exchanges: []report.Exchange{{Method: text, URL: text, Status: 401, Request: message, Response: message}},
		}},
	}
}

// few are a test of each outcome, the first two of one connector.
func few() []report.Test {
	return []report.Test{
		{Connector: "A", File: "a/spec.yml", Option: "default", Mode: "recorded", OK: true, Label: "Ada", Returned: []byte(`{"name":"Ada"}`), Duration: 10 * time.Millisecond, Steps: []report.Step{
			{Name: "makeApiClient", OK: true, MS: 3},
			{Name: "test", OK: true, Request: &report.Request{Method: "GET", URL: "https://a.example/me"}, Status: 200, MS: 7},
		}},
		{Connector: "A", File: "a/spec.yml", Option: "token", Operation: "list", Mode: "live", Message: "run: no", Hint: "try", Warnings: []string{"careful"}, Duration: 12 * time.Millisecond, Steps: []report.Step{
			{Name: "run", Message: "no", Request: &report.Request{Method: "GET", URL: "https://a.example/list"}, Status: 500, MS: 12},
		}},
		{Connector: "B", File: "b.yml", Option: "default", Mode: "simulated", Skipped: "no credential"},
	}
}

func TestTextOfTests(t *testing.T) {
	t.Parallel()
	want := `ok   A  recorded
     ✓ makeApiClient
     ✓ test  GET https://a.example/me  200
     label: Ada
     returned: {"name":"Ada"}
FAIL A / token / operation list  live
     ✗ run  GET https://a.example/list  500  12 ms
     run: no
     hint: try
     warning: careful
skip B  no credential
routed: https://a.example=http://127.0.0.1:1
1 passed, 1 failed, 1 skipped; interrupted before 2 tests had ended
`
	if diff := cmp.Diff(want, printTests(t, "text", report.End{Missing: 2}, few()...)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestForeignTests wants foreign text to steer nothing in any format.
func TestForeignTests(t *testing.T) {
	t.Parallel()
	const odd = "a\x1b[31m\u202eb\n<b>&\"'</b>\x00\r\xff]]>{{x}}"
	for _, format := range report.TestFormats() {
		got := printTests(t, format, report.End{}, everything(odd))
		for _, bad := range []string{"\x1b", "\u202e", "\x00", "\r", "\xff"} {
			if strings.Contains(got, bad) {
				t.Errorf("%s prints %q", format, bad)
			}
		}
	}
	text := printTests(t, "text", report.End{}, everything("first\nok   forged"))
	if strings.Contains(text, "\nok   forged") {
		t.Errorf("a line feed begins a line of its own:\n%s", text)
	}
}

func TestInterruptedJSON(t *testing.T) {
	t.Parallel()
	var result struct {
		OK          bool
		Interrupted int
		Summary     report.Tally
		Tests       []report.Test
	}
	got := printTests(t, "json", report.End{Missing: 1}, few()[0])
	if err := json.Unmarshal([]byte(got), &result); err != nil || result.OK || result.Interrupted != 1 || len(result.Tests) != 1 || result.Summary != (report.Tally{Passed: 1}) {
		t.Errorf("%v %+v", err, result)
	}
}

func TestJUnitOfTests(t *testing.T) {
	t.Parallel()
	type suite struct {
		Name     string  `xml:"name,attr"`
		Tests    int     `xml:"tests,attr"`
		Failures int     `xml:"failures,attr"`
		Skipped  int     `xml:"skipped,attr"`
		Time     float64 `xml:"time,attr"`
		Cases    []struct {
			Name    string `xml:"name,attr"`
			Class   string `xml:"classname,attr"`
			Time    string `xml:"time,attr"`
			Skipped string `xml:"skipped"`
			Failure *struct {
				Type    string `xml:"type,attr"`
				Message string `xml:"message,attr"`
				Text    string `xml:",chardata"`
			} `xml:"failure"`
		} `xml:"testcase"`
		Out string `xml:"system-out"`
		Err string `xml:"system-err"`
	}
	var got struct {
		Suites []suite `xml:"testsuite"`
	}
	if err := xml.Unmarshal([]byte(printTests(t, "junit", report.End{Missing: 1}, few()...)), &got); err != nil {
		t.Fatal(err)
	}
	if len(got.Suites) != 2 || len(got.Suites[0].Cases) != 2 || len(got.Suites[1].Cases) != 1 {
		t.Fatalf("%+v", got)
	}
	a, b := got.Suites[0], got.Suites[1]
	if a.Name != "A" || a.Tests != 2 || a.Failures != 1 || a.Skipped != 0 || a.Time != 0.012 {
		t.Errorf("the suite of A: %+v", a)
	}
	if c := a.Cases[0]; c.Name != "default" || c.Class != "a/spec" || c.Time != "0" || c.Failure != nil {
		t.Errorf("what passed: %+v", c)
	}
	if c := a.Cases[1]; c.Name != "token / operation list" || c.Time != "0.012" || c.Failure == nil || c.Failure.Type != "run" || c.Failure.Message != "run: no" ||
		c.Failure.Text != "run: no\nhint: try\nFAIL run  GET https://a.example/list  500\n" {
		t.Errorf("what failed: %+v", c)
	}
	if want := "default: label: Ada\ndefault: returned: {\"name\":\"Ada\"}\ntoken / operation list: warning: careful\n"; a.Out != want {
		t.Errorf("output %q, want %q", a.Out, want)
	}
	if b.Skipped != 1 || b.Cases[0].Skipped != "no credential" || b.Err != "interrupted before 1 test had ended\n" {
		t.Errorf("the suite of B: %+v", b)
	}
}

// A page is what the tests read of an HTML page.
type page struct {
	elements []xml.StartElement
	text     string
}

// readPage parses a page as strictly as XML wants it.
func readPage(t *testing.T, text string) page {
	t.Helper()
	text, ok := strings.CutPrefix(text, "<!DOCTYPE html>\n")
	if !ok {
		t.Errorf("the page has no document type: %.40s", text)
	}
	d := xml.NewDecoder(strings.NewReader(text))
	var p page
	for {
		token, err := d.Token()
		if err == io.EOF {
			return p
		}
		if err != nil {
			t.Fatalf("%v\n%s", err, text)
		}
		switch token := token.(type) {
		case xml.StartElement:
			p.elements = append(p.elements, token.Copy())
		case xml.CharData:
			p.text += string(token)
		}
	}
}

func attribute(e xml.StartElement, name string) string {
	for _, a := range e.Attr {
		if a.Name.Local == name {
			return a.Value
		}
	}
	return ""
}

// TestHTMLIsSafe wants nothing foreign to become markup, and nothing to run or
// to be fetched.
func TestHTMLIsSafe(t *testing.T) {
	t.Parallel()
	plain := readPage(t, printTests(t, "html", report.End{Missing: 1}, append(few(), everything("plain"))...))
	odd := `"'><script>alert(1)</script><img src=x onerror=alert(1)> &lt;b&gt; </style></pre><!-- ]]>`
	got := readPage(t, printTests(t, "html", report.End{Missing: 1}, append(few(), everything(odd))...))
	shape := func(p page) []string {
		var list []string
		for _, e := range p.elements {
			line := e.Name.Local
			for _, a := range e.Attr {
				line += " " + a.Name.Local
			}
			list = append(list, line)
		}
		return list
	}
	if diff := cmp.Diff(shape(plain), shape(got)); diff != "" {
		t.Errorf("foreign text changes the page (-plain +odd):\n%s", diff)
	}
	if n := strings.Count(got.text, odd); n < 15 {
		t.Errorf("the text is shown %d times as it is", n)
	}
	policy := ""
	for _, e := range got.elements {
		switch e.Name.Local {
		case "script", "link", "img", "iframe", "object", "form", "base":
			t.Errorf("there is a %s", e.Name.Local)
		case "meta":
			if attribute(e, "http-equiv") == "Content-Security-Policy" {
				policy = attribute(e, "content")
			}
		}
		for _, a := range e.Attr {
			if strings.HasPrefix(a.Name.Local, "on") || a.Name.Local == "src" || a.Name.Local == "href" && !strings.HasPrefix(a.Value, "#") {
				t.Errorf("%s has %s=%q", e.Name.Local, a.Name.Local, a.Value)
			}
		}
	}
	if policy != "default-src 'none'; style-src 'unsafe-inline'" {
		t.Errorf("the policy is %q", policy)
	}
}

// TestHTMLIsAccessible wants what a screen reader and a keyboard need.
func TestHTMLIsAccessible(t *testing.T) {
	t.Parallel()
	p := readPage(t, printTests(t, "html", report.End{}, append(few(), everything("x"))...))
	ids, used := map[string]int{}, []string{}
	count := map[string]int{}
	level := 0
	for _, e := range p.elements {
		name := e.Name.Local
		count[name]++
		if id := attribute(e, "id"); id != "" {
			ids[id]++
		}
		for _, a := range []string{strings.TrimPrefix(attribute(e, "href"), "#"), attribute(e, "aria-labelledby")} {
			if a != "" {
				used = append(used, a)
			}
		}
		if len(name) == 2 && name[0] == 'h' && name[1] >= '1' && name[1] <= '6' {
			if next := int(name[1] - '0'); next > level+1 {
				t.Errorf("%s follows a heading of level %d", name, level)
			} else {
				level = next
			}
		}
		if name == "th" && attribute(e, "scope") == "" {
			t.Error("a th has no scope")
		}
		if (name == "pre" || attribute(e, "class") == "scroll") && attribute(e, "tabindex") != "0" {
			t.Errorf("a %s that scrolls cannot be reached by keyboard", name)
		}
		if name == "html" && attribute(e, "lang") != "en" {
			t.Error("the page has no language")
		}
	}
	for id, n := range ids {
		if n != 1 {
			t.Errorf("the id %q is there %d times", id, n)
		}
	}
	for _, id := range used {
		if ids[id] == 0 {
			t.Errorf("%q leads nowhere", id)
		}
	}
	for _, name := range []string{"title", "main", "header"} {
		if count[name] != 1 {
			t.Errorf("there are %d of %s", count[name], name)
		}
	}
	if count["table"] == 0 || count["table"] != count["caption"] || count["details"] == 0 || count["details"] != count["summary"] {
		t.Errorf("tables and details: %v", count)
	}
	for _, outcome := range []string{"✓ passed", "✗ failed", "– skipped"} { // words, and not colours alone
		if !strings.Contains(p.text, outcome) {
			t.Errorf("%q is not said", outcome)
		}
	}
	for _, want := range []string{"1 passed, 2 failed, 1 skipped", "6 May 2024, 06:08 UTC", "https://a.example=http://127.0.0.1:1", "answered 500 after 12 ms", "Hint: try", "careful", "no credential"} {
		if !strings.Contains(p.text, want) {
			t.Errorf("%q is not on the page", want)
		}
	}
}

// TestManyTests wants the numbers of a large run to be right in every format.
func TestManyTests(t *testing.T) {
	t.Parallel()
	var list []report.Test
	for i := range 500 {
		list = append(list, report.Test{Connector: fmt.Sprint("c", i), File: fmt.Sprint(i, ".yml"), Option: "default", Mode: "recorded", OK: i%5 > 0, Message: "m"})
	}
	for format, want := range map[string]string{
		"text": "400 passed, 100 failed", "json": "\"passed\": 400,\n    \"failed\": 100", "html": "400 passed, 100 failed", "junit": `name="c499" package="." id="499"`,
	} {
		if got := printTests(t, format, report.End{}, list...); !strings.Contains(got, want) {
			t.Errorf("%s does not say %q", format, want)
		}
	}
}
