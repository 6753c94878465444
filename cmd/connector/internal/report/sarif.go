package report

import (
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"io"
	"net/url"
	"slices"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/spec"
)

// sarifDiagnostics prints diagnostics as SARIF 2.1.0, the format of code
// scanning. The rules are those that the results have.
type sarifDiagnostics struct {
	w       io.Writer
	options Options
	list    []spec.Diagnostic
	unread  []sarifNotification
}

func openSARIF(w io.Writer, o Options) Diagnostics { return &sarifDiagnostics{w: w, options: o} }

func (s *sarifDiagnostics) Write(c Checked) error {
	s.list = append(s.list, c.Diagnostics...)
	if c.Failure != "" {
		s.unread = append(s.unread, sarifNotification{
			Level:     "error",
			Message:   sarifText{secret.Printable(c.Failure)},
			Locations: []sarifLocation{{sarifPhysical{ArtifactLocation: sarifFile(c.File)}}},
		})
	}
	return nil
}

func (s *sarifDiagnostics) Close(Summary) error {
	rules, index := s.rules()
	seen := make(map[string]int)
	results := []sarifResult{}
	for _, d := range s.list {
		mark := fingerprint(d)
		seen[mark]++
		results = append(results, sarifResult{
			RuleID: d.Code, RuleIndex: index[d.Code], Level: sarifLevel(d.Severity),
			Message:             sarifText{sarifMessage(d)},
			Locations:           []sarifLocation{{sarifPhysical{sarifFile(d.File), sarifRegionOf(d)}}},
			PartialFingerprints: map[string]string{"connector/v1": fmt.Sprintf("%s:%d", mark, seen[mark])},
			Fixes:               sarifFixes(d),
		})
	}
	driver := sarifDriver{Name: "connector", Version: s.options.Version, Rules: rules}
	if number, ok := strings.CutPrefix(s.options.Version, "v"); ok {
		driver.SemanticVersion = number
	}
	return JSON(s.w, sarifLog{
		Schema:  "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json",
		Version: "2.1.0",
		Runs: []sarifRun{{
			Tool:        sarifTool{driver},
			ColumnKind:  "unicodeCodePoints",
			Invocations: []sarifInvocation{{len(s.unread) == 0, s.unread}},
			Results:     results,
		}},
	})
}

// rules describes the codes of the results, sorted, and says where each is. A
// rule's level is the worst that a result of it has.
func (s *sarifDiagnostics) rules() (rules []sarifRule, index map[string]int) {
	worst := make(map[string]spec.Severity)
	var codes []string
	for _, d := range s.list {
		before, ok := worst[d.Code]
		if !ok {
			codes = append(codes, d.Code)
			before = d.Severity
		}
		worst[d.Code] = min(before, d.Severity)
	}
	slices.Sort(codes)
	rules, index = []sarifRule{}, make(map[string]int)
	for i, code := range codes {
		index[code] = i
		r := s.options.Rule(code)
		summary := cmp.Or(r.Summary, code)
		text := strings.TrimSpace(summary + "\n\n" + r.Reason)
		rules = append(rules, sarifRule{
			ID: code, ShortDescription: sarifText{summary}, FullDescription: sarifText{text},
			Help:          sarifHelp{text, "## " + code + "\n\n" + text},
			Configuration: sarifConfiguration{sarifLevel(worst[code])},
		})
	}
	return rules, index
}

func sarifLevel(s spec.Severity) string {
	if s == spec.Info {
		return "note"
	}
	return s.String()
}

// sarifMessage returns the message with the hint. A text of the file cannot
// make a link of it, as [text](target) would.
func sarifMessage(d spec.Diagnostic) string {
	text := secret.PrintableLine(d.Message)
	if d.Hint != "" {
		text += "; " + secret.PrintableLine(d.Hint)
	}
	return strings.ReplaceAll(text, "](", "] (")
}

// sarifFile returns the place of a file: relative to the root of the sources,
// unless it is absolute.
func sarifFile(name string) sarifArtifact {
	if drive, _, ok := strings.Cut(name, "/"); ok && len(drive) == 2 && drive[1] == ':' {
		name = "/" + name
	}
	if strings.HasPrefix(name, "/") {
		return sarifArtifact{URI: (&url.URL{Scheme: "file", Path: name}).String()}
	}
	return sarifArtifact{URI: (&url.URL{Path: name}).String(), Base: "%SRCROOT%"}
}

func sarifRegionOf(d spec.Diagnostic) *sarifRegion {
	return &sarifRegion{d.Line, d.Column, d.EndLine, d.EndColumn}
}

// fingerprint returns what stays the same of a diagnostic when lines move.
func fingerprint(d spec.Diagnostic) string {
	sum := sha256.Sum256([]byte(strings.Join([]string{d.Code, d.File, d.Pointer, d.Message}, "\x00")))
	return hex.EncodeToString(sum[:16])
}

// sarifFixes returns the change that mends a problem, in bytes of the file.
func sarifFixes(d spec.Diagnostic) []sarifFix {
	if d.Fix == nil {
		return nil
	}
	change := sarifChange{ArtifactLocation: sarifFile(d.File)}
	for _, e := range d.Fix.Edits {
		r := sarifReplacement{DeletedRegion: sarifBytes{e.Start, e.End - e.Start}}
		if e.New != "" {
			r.InsertedContent = &sarifText{e.New}
		}
		change.Replacements = append(change.Replacements, r)
	}
	return []sarifFix{{sarifText{d.Fix.Title}, []sarifChange{change}}}
}
