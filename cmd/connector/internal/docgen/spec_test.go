package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/authtype"
)

// The reference of specs is whole: it has every auth type and every method,
// and each link in it leads to a heading. That its examples are right, the
// test of the documents says.
func TestSpecReference(t *testing.T) {
	t.Parallel()
	var b strings.Builder
	if err := writeSpec(&b); err != nil {
		t.Fatal(err)
	}
	text := b.String()
	headings := make(map[string]bool)
	for _, m := range regexp.MustCompile(`(?m)^#+ (.+)$`).FindAllStringSubmatch(text, -1) {
		name := heading(m[1])
		if headings[name] && !strings.Contains(m[1], ".yml") {
			t.Errorf("two headings are %q", m[1])
		}
		headings[name] = true
	}
	for _, m := range regexp.MustCompile(`\]\(#([^)]+)\)`).FindAllStringSubmatch(text, -1) {
		if !headings[m[1]] {
			t.Errorf("no heading is #%s", m[1])
		}
	}
	for name, example := range typeExamples {
		if authtype.Find(name) == nil || !strings.Contains(text, example.text) {
			t.Errorf("the example of %q is missing, or there is no such type", name)
		}
	}
	for _, method := range spec.MethodNames() {
		if !strings.Contains(text, "| `"+method+"` |") {
			t.Errorf("the method %q is missing", method)
		}
	}
}
