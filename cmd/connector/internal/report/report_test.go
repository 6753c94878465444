package report_test

import (
	"bytes"
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"
	"testing"
	"time"
	"unicode"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/cmd/connector/internal/report"
	"github.com/connector-spec/connector/spec"
)

// print returns what a format prints for connectors.
func print(t *testing.T, format string, strict bool, list ...report.Checked) string {
	t.Helper()
	var out bytes.Buffer
	d := report.OpenDiagnostics(format, &out, report.Options{
		Strict: strict, Version: "v1.2.3",
		Now: func() time.Time { return time.Date(2024, 5, 6, 7, 8, 9, 10, time.FixedZone("", 3600)) },
		Rule: func(code string) report.Rule {
			return report.Rule{Code: code, Summary: "A summary of " + code + ".", Reason: "A reason."}
		},
	})
	var s report.Summary
	for _, c := range list {
		if err := d.Write(c); err != nil {
			t.Fatal(err)
		}
		s.Add(c.Diagnostics)
		s.Connectors++
	}
	if err := d.Close(s); err != nil {
		t.Fatal(err)
	}
	return out.String()
}

// one returns a connector with one problem.
func one(change func(*spec.Diagnostic)) report.Checked {
	d := spec.Diagnostic{
		Code: "bad-thing", File: "a/spec.yml", Line: 3, Column: 5, EndLine: 3, EndColumn: 8,
		Pointer: "/auth/x", Message: `"x" is bad`, Hint: "write y",
	}
	change(&d)
	return report.Checked{File: "a/spec.yml", Diagnostics: []spec.Diagnostic{d}}
}

func TestGitHub(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name   string
		change func(*spec.Diagnostic)
		want   string
	}{
		{"plain", func(*spec.Diagnostic) {}, `::error title=bad-thing,file=a/spec.yml,line=3,endLine=3,col=5,endColumn=8::"x" is bad [bad-thing]%0Ahint: write y`},
		{"a warning without a hint", func(d *spec.Diagnostic) { d.Severity, d.Hint = spec.Warning, "" }, `::warning title=bad-thing,file=a/spec.yml,line=3,endLine=3,col=5,endColumn=8::"x" is bad [bad-thing]`},
		{"a note without an end", func(d *spec.Diagnostic) { d.Severity, d.Hint, d.EndLine, d.EndColumn = spec.Info, "", 0, 0 }, `::notice title=bad-thing,file=a/spec.yml,line=3,endLine=3,col=5,endColumn=5::"x" is bad [bad-thing]`},
		{"several lines have no columns", func(d *spec.Diagnostic) { d.Hint, d.EndLine = "", 4 }, `::error title=bad-thing,file=a/spec.yml,line=3,endLine=4::"x" is bad [bad-thing]`},
		{"signs of commands", func(d *spec.Diagnostic) { d.Hint, d.File, d.Message = "", "a, b:100%.yml", "50% %0A ::x::, y" }, `::error title=bad-thing,file=a%2C b%3A100%25.yml,line=3,endLine=3,col=5,endColumn=8::50%25 %250A ::x::, y [bad-thing]`},
		{"a line feed begins no command", func(d *spec.Diagnostic) { d.Hint, d.File, d.Message = "a\r\n::b::", "a\n.yml", "a\n::b::\x1b[1m" }, `::error title=bad-thing,file=a\n.yml,line=3,endLine=3,col=5,endColumn=8::a\n::b::\x1b[1m [bad-thing]%0Ahint: a\r\n::b::`},
	}
	for _, test := range tests {
		got, _, _ := strings.Cut(print(t, "github", false, one(test.change)), "\n")
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", test.name, diff)
		}
	}
	got := print(t, "github", false, report.Checked{File: "a,b.yml", Failure: "a,b.yml: permission\ndenied\x1b"})
	if want := "::error title=unreadable,file=a%2Cb.yml::a,b.yml: permission%0Adenied\\x1b\nok 1 connector: no problems\n"; got != want {
		t.Errorf("unread: %q, want %q", got, want)
	}
}

// sarifLog is what the tests read of SARIF.
type sarifLog struct {
	Runs []struct {
		Tool struct {
			Driver struct {
				Version, SemanticVersion string
				Rules                    []struct {
					ID                   string
					ShortDescription     struct{ Text string }
					FullDescription      struct{ Text string }
					DefaultConfiguration struct{ Level string }
				}
			}
		}
		Invocations []struct {
			ExecutionSuccessful        bool
			ToolExecutionNotifications []any
		}
		Results []sarifResult
	}
}

type sarifResult struct {
	RuleID    string
	RuleIndex int
	Level     string
	Message   struct{ Text string }
	Locations []struct {
		PhysicalLocation struct {
			ArtifactLocation struct{ URI, URIBaseID string }
			Region           map[string]int
		}
	}
	PartialFingerprints map[string]string
	Fixes               []any
}

func readSARIF(t *testing.T, text string) (log sarifLog) {
	t.Helper()
	if err := json.Unmarshal([]byte(text), &log); err != nil || len(log.Runs) != 1 {
		t.Fatalf("%v\n%s", err, text)
	}
	return log
}

func TestSARIFFiles(t *testing.T) {
	t.Parallel()
	for name, want := range map[string]string{
		"a/spec.yml":           "a/spec.yml in %SRCROOT%",
		"a b/100%,é#?.yml":     "a%20b/100%25,%C3%A9%23%3F.yml in %SRCROOT%",
		"a:b.yml":              "./a:b.yml in %SRCROOT%",
		"../a.yml":             "../a.yml in %SRCROOT%",
		"a\n\x1b.yml":          "a%0A%1B.yml in %SRCROOT%",
		"\xff.yml":             "%FF.yml in %SRCROOT%",
		"/srv/a b/spec.yml":    "file:///srv/a%20b/spec.yml in ",
		"C:/Users/me/spec.yml": "file:///C:/Users/me/spec.yml in ",
	} {
		log := readSARIF(t, print(t, "sarif", false, one(func(d *spec.Diagnostic) { d.File = name })))
		at := log.Runs[0].Results[0].Locations[0].PhysicalLocation.ArtifactLocation
		if got := at.URI + " in " + at.URIBaseID; got != want {
			t.Errorf("%q: %s, want %s", name, got, want)
		}
	}
}

func TestSARIFRules(t *testing.T) {
	t.Parallel()
	a, b, c := one(func(*spec.Diagnostic) {}), one(func(*spec.Diagnostic) {}), one(func(*spec.Diagnostic) {})
	a.Diagnostics[0].Severity = spec.Warning
	c.Diagnostics[0].Code, c.Diagnostics[0].Severity = "a-thing", spec.Info
	run := readSARIF(t, print(t, "sarif", false, a, b, c)).Runs[0]
	var rules, results []string
	for _, r := range run.Tool.Driver.Rules {
		rules = append(rules, r.ID+" "+r.DefaultConfiguration.Level+" "+r.ShortDescription.Text+" "+r.FullDescription.Text)
	}
	for _, r := range run.Results {
		results = append(results, run.Tool.Driver.Rules[r.RuleIndex].ID+" "+r.RuleID+" "+r.Level)
	}
	if diff := cmp.Diff([]string{
		"a-thing note A summary of a-thing. A summary of a-thing.\n\nA reason.",
		"bad-thing error A summary of bad-thing. A summary of bad-thing.\n\nA reason.",
	}, rules); diff != "" {
		t.Errorf("rules (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"bad-thing bad-thing warning", "bad-thing bad-thing error", "a-thing a-thing note"}, results); diff != "" {
		t.Errorf("results (-want +got):\n%s", diff)
	}
	if d := run.Tool.Driver; d.Version != "v1.2.3" || d.SemanticVersion != "1.2.3" {
		t.Errorf("version %q, %q", d.Version, d.SemanticVersion)
	}
}

// TestSARIFFingerprints wants a problem to be the same one after lines moved,
// and two problems never to be one.
func TestSARIFFingerprints(t *testing.T) {
	t.Parallel()
	of := func(list ...report.Checked) (marks []string) {
		for _, r := range readSARIF(t, print(t, "sarif", false, list...)).Runs[0].Results {
			marks = append(marks, r.PartialFingerprints["connector/v1"])
		}
		return marks
	}
	same := one(func(*spec.Diagnostic) {})
	moved := one(func(d *spec.Diagnostic) { d.Line, d.Column, d.EndLine, d.Severity = 90, 1, 90, spec.Warning })
	if diff := cmp.Diff(of(same), of(moved)); diff != "" {
		t.Errorf("moved:\n%s", diff)
	}
	seen := map[string]bool{}
	for _, marks := range [][]string{
		of(same, moved),
		of(one(func(d *spec.Diagnostic) { d.Code = "other" })),
		of(one(func(d *spec.Diagnostic) { d.File = "b/spec.yml" })),
		of(one(func(d *spec.Diagnostic) { d.Pointer = "/auth/y" })),
		of(one(func(d *spec.Diagnostic) { d.Message = "other" })),
	} {
		for _, mark := range marks {
			if mark == "" || seen[mark] {
				t.Errorf("fingerprint %q twice", mark)
			}
			seen[mark] = true
		}
	}
}

func TestSARIFResults(t *testing.T) {
	t.Parallel()
	fix := &spec.Fix{Title: "mend it", Edits: []spec.Edit{{Start: 0, End: 3}, {Start: 9, End: 9, New: "é\n"}}}
	log := readSARIF(t, print(t, "sarif", false,
		one(func(d *spec.Diagnostic) { d.Fix, d.Message = fix, "see [x](y)\n\u202e" }),
		one(func(d *spec.Diagnostic) { d.EndLine, d.EndColumn = 0, 0 }),
	))
	results := log.Runs[0].Results
	if got, want := results[0].Message.Text, `see [x] (y)\n\u202e; write y`; got != want {
		t.Errorf("message %q, want %q", got, want)
	}
	edit := func(offset, length float64) map[string]any {
		return map[string]any{"deletedRegion": map[string]any{"byteOffset": offset, "byteLength": length}}
	}
	second := edit(9, 0)
	second["insertedContent"] = map[string]any{"text": "é\n"}
	want := []any{map[string]any{
		"description": map[string]any{"text": "mend it"},
		"artifactChanges": []any{map[string]any{
			"artifactLocation": map[string]any{"uri": "a/spec.yml", "uriBaseId": "%SRCROOT%"},
			"replacements":     []any{edit(0, 3), second},
		}},
	}}
	if diff := cmp.Diff(want, results[0].Fixes); diff != "" {
		t.Errorf("fixes (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]int{"startLine": 3, "startColumn": 5}, results[1].Locations[0].PhysicalLocation.Region); diff != "" {
		t.Errorf("region without an end (-want +got):\n%s", diff)
	}
	if !log.Runs[0].Invocations[0].ExecutionSuccessful {
		t.Error("a run that found errors was successful")
	}
	failed := readSARIF(t, print(t, "sarif", false, report.Checked{File: "a.yml", Failure: "a.yml: permission denied"})).Runs[0]
	if i := failed.Invocations[0]; i.ExecutionSuccessful || len(i.ToolExecutionNotifications) != 1 || failed.Results == nil {
		t.Errorf("unread: %+v", failed)
	}
}

func TestJUnit(t *testing.T) {
	t.Parallel()
	bad := one(func(*spec.Diagnostic) {})
	bad.Diagnostics = append(bad.Diagnostics, bad.Diagnostics[0], bad.Diagnostics[0])
	bad.Diagnostics[1].Line, bad.Diagnostics[2].Severity = 9, spec.Warning
	list := []report.Checked{{File: "good.yml"}, bad, {File: "c.yml", Failure: "c.yml: permission denied"}}
	want := `<?xml version="1.0" encoding="UTF-8"?>
<testsuites>
  <testsuite name="good.yml" package="." id="0" timestamp="2024-05-06T06:08:09" hostname="localhost" tests="1" failures="0" errors="0" time="0">
    <properties>
      <property name="connector.version" value="v1.2.3"></property>
    </properties>
    <testcase name="valid" classname="good" time="0"></testcase>
    <system-out></system-out>
    <system-err></system-err>
  </testsuite>
  <testsuite name="a/spec.yml" package="a" id="1" timestamp="2024-05-06T06:08:09" hostname="localhost" tests="2" failures="2" errors="0" time="0">
    <properties>
      <property name="connector.version" value="v1.2.3"></property>
    </properties>
    <testcase name="&#34;x&#34; is bad [bad-thing]" classname="a/spec" time="0">
      <failure type="bad-thing" message="&#34;x&#34; is bad">a/spec.yml:3:5: error: &#34;x&#34; is bad [bad-thing]
hint: write y
</failure>
    </testcase>
    <testcase name="&#34;x&#34; is bad [bad-thing] at a/spec.yml:9:5" classname="a/spec" time="0">
      <failure type="bad-thing" message="&#34;x&#34; is bad">a/spec.yml:9:5: error: &#34;x&#34; is bad [bad-thing]
hint: write y
</failure>
    </testcase>
    <system-out>a/spec.yml:3:5: warning: &#34;x&#34; is bad [bad-thing]
hint: write y
</system-out>
    <system-err></system-err>
  </testsuite>
  <testsuite name="c.yml" package="." id="2" timestamp="2024-05-06T06:08:09" hostname="localhost" tests="1" failures="0" errors="1" time="0">
    <properties>
      <property name="connector.version" value="v1.2.3"></property>
    </properties>
    <testcase name="read" classname="c" time="0">
      <error type="unreadable" message="c.yml: permission denied">c.yml: permission denied</error>
    </testcase>
    <system-out></system-out>
    <system-err></system-err>
  </testsuite>
</testsuites>
`
	if diff := cmp.Diff(want, print(t, "junit", false, list...)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	if got := print(t, "junit", true, list...); strings.Count(got, "<failure ") != 3 || strings.Contains(got, "<system-out>a") {
		t.Errorf("with Strict:\n%s", got)
	}
}

// TestNothingSteers wants what files hold to steer no terminal and to break no
// format.
func TestNothingSteers(t *testing.T) {
	t.Parallel()
	const evil = "\x00\x07\x1b[31m\x7f\u009b\r\n\t\u202e\u2028\u2066\ufeff\ufffe\xff\U000e0041<&>\"']]>-->%::"
	change := func(d *spec.Diagnostic) {
		d.File, d.Message, d.Hint, d.Pointer, d.Text = evil, evil, evil, evil, evil
		d.Fix = &spec.Fix{Title: evil, Edits: []spec.Edit{{New: evil}}}
	}
	checked := one(change)
	checked.File = evil
	for _, format := range report.DiagnosticFormats() {
		out := print(t, format, false, checked, report.Checked{File: evil, Failure: evil})
		for _, r := range out {
			if r != '\n' && r != '\t' && unicode.In(r, unicode.Cc, unicode.Cf, unicode.Zl, unicode.Zp) {
				t.Errorf("%s prints %q:\n%q", format, r, out)
				break
			}
		}
		switch format {
		case "json", "sarif":
			if !json.Valid([]byte(out)) {
				t.Errorf("%s is no JSON:\n%s", format, out)
			}
		case "junit":
			if err := readXML(out); err != nil {
				t.Errorf("%s: %v\n%s", format, err, out)
			}
		case "github":
			for line := range strings.Lines(out) {
				if !strings.HasPrefix(line, "::error title=") && !strings.Contains(line, "connector") {
					t.Errorf("%s has the line %q", format, line)
				}
			}
		}
	}
}

func readXML(text string) error {
	d := xml.NewDecoder(strings.NewReader(text))
	for {
		if _, err := d.Token(); err != nil {
			if err == io.EOF {
				return nil
			}
			return err
		}
	}
}
