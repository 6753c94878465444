package lint

import (
	"fmt"
	"maps"
	"regexp"
	"slices"
	"strconv"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// PolicyFile is the name of the file that holds a project's [Policy].
const PolicyFile = ".connector.yml"

// OtherPolicyFile is the name that such a file may have instead.
const OtherPolicyFile = ".connector.yaml"

// A Policy is what a project makes of the codes: how much each matters, and
// which are off. Only opinions can be lowered or switched off; an error says
// that the spec cannot be used, and stays. The nil Policy leaves all as it is.
type Policy struct {
	// For names the platform whose rules apply where nothing else is said.
	For    string
	levels map[string]string
}

// off is the level of a code that is not reported.
const off = "off"

// levels are what a code can be set to.
var levels = []string{off, spec.Info.String(), spec.Warning.String(), spec.Error.String()}

// ParsePolicy reads a policy, such as
//
//	for: zoho
//	rules:
//	  unmarked-secret: error
//	  null-default: off
//
// What is wrong with it comes as diagnostics; the rest of it holds.
func ParsePolicy(name string, data []byte) (*Policy, []spec.Diagnostic) {
	source, problems := spec.Parse(name, data)
	r := policyReader{source: source, policy: &Policy{levels: make(map[string]string)}}
	for _, d := range problems {
		if d.Code != "empty-file" { // all of it may be commented out
			r.problems = append(r.problems, d)
		}
	}
	if source.Readable() {
		r.read(source.Value())
	}
	spec.SortDiagnostics(r.problems)
	return r.policy, r.problems
}

// A policyReader fills a Policy from its file.
type policyReader struct {
	source   *spec.Source
	policy   *Policy
	problems []spec.Diagnostic
}

func (r *policyReader) report(code, pointer string, at spec.At, message, hint string) {
	r.problems = append(r.problems, r.source.Diagnose(code, spec.Error, pointer, at, message, hint))
}

var policyFields = []string{"for", "rules"}

func (r *policyReader) read(v formula.Value) {
	if !v.IsObject() {
		r.report("wrong-type", "", spec.AtValue(), "the configuration must be an object", `fields of it are "for" and "rules"`)
		return
	}
	for i, key := range v.Keys() {
		_, field := v.At(i)
		switch key {
		case "for":
			r.platform(field)
		case "rules":
			r.rules(field)
		default:
			r.report("unknown-field", formula.Pointer(key), spec.AtKey(), fmt.Sprintf("unknown field %q", key),
				meant(key, policyFields, `fields here are "for" and "rules"`))
		}
	}
}

func (r *policyReader) platform(v formula.Value) {
	platforms := PlatformNames()
	if text := v.Text(); slices.Contains(platforms, text) {
		r.policy.For = text
		return
	}
	r.report("unknown-value", "/for", spec.AtValue(), fmt.Sprintf(`"for" cannot be %q`, v.Text()),
		meant(v.Text(), platforms, "it is "+quotedList(platforms)))
}

func (r *policyReader) rules(v formula.Value) {
	if !v.IsObject() {
		r.report("wrong-type", "/rules", spec.AtValue(), `"rules" must be an object`, "write a code and its level, as in rules: {unmarked-secret: error}")
		return
	}
	for _, code := range v.Keys() {
		level, _, isScalar := r.source.Scalar(formula.Pointer("rules", code))
		if message, hint := CheckCode(code); message != "" {
			r.report("unknown-code", formula.Pointer("rules", code), spec.AtKey(), message, hint)
		} else if !isScalar {
			r.report("wrong-type", formula.Pointer("rules", code), spec.AtValue(), fmt.Sprintf("the level of %q must be one word", code), "it is "+quotedList(levels))
		} else if !slices.Contains(levels, level) {
			r.report("unknown-value", formula.Pointer("rules", code), spec.AtValue(), fmt.Sprintf("the level of %q cannot be %q", code, level),
				meant(level, levels, "it is "+quotedList(levels)))
		} else if why := RefuseDisable(code); why != "" && level != spec.Error.String() {
			r.report("cannot-disable", formula.Pointer("rules", code), spec.AtValue(), why, "remove the line, and mend what the error is about")
		} else {
			r.policy.levels[code] = level
		}
	}
}

// Without returns the policy with codes switched off.
func (p *Policy) Without(codes ...string) *Policy {
	q := &Policy{levels: make(map[string]string)}
	if p != nil {
		q.For, q.levels = p.For, maps.Clone(p.levels)
	}
	for _, code := range codes {
		q.levels[code] = off
	}
	return q
}

// apply gives diagnostics the severities that the policy wants, and leaves out
// what is off.
func (p *Policy) apply(list []spec.Diagnostic) []spec.Diagnostic {
	if p == nil || len(p.levels) == 0 {
		return list
	}
	kept := list[:0]
	for _, d := range list {
		if level := p.levels[d.Code]; level != "" && d.Severity != spec.Error {
			if level == off {
				continue
			}
			_ = d.Severity.UnmarshalText([]byte(level)) // it is one of levels
		}
		kept = append(kept, d)
	}
	return kept
}

// CheckCode says that there is no such code, and which was probably meant; it
// says nothing of a code that there is.
func CheckCode(code string) (message, hint string) {
	if _, known := PageOf(code); known {
		return "", ""
	}
	return fmt.Sprintf("there is no code %q", code), meant(code, Codes(), `"connector explain" lists the codes`)
}

// RefuseDisable says why a code cannot be lowered or switched off: it is an
// error. It says nothing of an opinion.
func RefuseDisable(code string) string {
	if page, known := PageOf(code); !known || page.Severity() != spec.Error {
		return ""
	}
	return fmt.Sprintf("%q says that a spec cannot be used, so it cannot be switched off or lowered", code)
}

// Severity returns how much the code matters unless a configuration says
// another: that of its rule, or what its example is reported as.
func (p Page) Severity() spec.Severity {
	if r := FindRule(p.Code); r != nil {
		return r.Severity
	}
	severity := spec.Error
	if m := saidSeverity.FindStringSubmatch(p.Output); m != nil {
		_ = severity.UnmarshalText([]byte(m[1])) // it matches the words alone
	}
	return severity
}

// saidSeverity matches the first line of a diagnostic.
var saidSeverity = regexp.MustCompile(`(?m)^\S.*?:\d+:\d+: (error|warning|info): `)

// meant asks whether the nearest of some words was meant, or gives other advice
// if none is near.
func meant(word string, words []string, otherwise string) string {
	if near := formula.Nearest(word, words); near != "" {
		return fmt.Sprintf("did you mean %q?", near)
	}
	return otherwise
}

func quotedList(words []string) string {
	list := make([]string, len(words))
	for i, w := range words {
		list[i] = strconv.Quote(w)
	}
	return formula.JoinWords(list, "or")
}
