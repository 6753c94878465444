package lint_test

import (
	"strings"
	"testing"

	"github.com/connector-spec/connector/spec"
	"github.com/connector-spec/connector/spec/lint"
)

// TestPlatformLimits holds each limit of a platform at its border: the last text
// that is taken is silent, and the first that is not is reported.
func TestPlatformLimits(t *testing.T) {
	const rest = "\nauth: {type: bearer, baseUri: https://api.acme.example}\n"
	long := func(n int) string { return strings.Repeat("é", n) }
	tests := []struct {
		platform, code, taken, refused string
	}{
		{"kissflow", "listing-description", "description: " + long(60), "description: " + long(61)},
		{"zoho", "listing-description", "description: " + long(255), "description: " + long(256)},
		{"zoho", "listing-description", `description: ", . ( ) - _ * @ / \\ ! : | ~ &"`, `description: "+"`},
		{"zoho", "listing-name", "name: " + long(50), "name: " + long(51)},
		{"zoho", "listing-name", `name: "a* _ - @ / ! : | & ~ \\ +"`, `name: "a."`},
		{"zoho", "listing-name", "name: _a", `name: "*a"`},
		{"zoho", "listing-name", "name: 3a", `name: " a"`},
		{"zoho", "listing-key", "key: a" + strings.Repeat("_", 49), "key: a" + strings.Repeat("_", 50)},
		{"zoho", "listing-key", "key: a_1", "key: a-1"},
		{"zoho", "listing-key", "key: a", "key: _a"},
		{"zoho", "listing-key", "key: e", "key: eé"},
	}
	for _, test := range tests {
		if said := codesFor(t, test.platform, test.taken+rest); said[test.code] {
			t.Errorf("%s refuses %s", test.platform, test.taken)
		}
		if said := codesFor(t, test.platform, test.refused+rest); !said[test.code] {
			t.Errorf("%s takes %s", test.platform, test.refused)
		}
	}
}

// TestListedOnly holds that a spec that is neither ready nor for a platform is
// not asked for more than it needs.
func TestListedOnly(t *testing.T) {
	const bare = "name: Acme\nauth: {type: bearer, baseUri: https://api.acme.example}\n"
	for platform, listed := range map[string]bool{"": false, "membrane": true, "kissflow": true, "zoho": true, "unknown": false} {
		if said := codesFor(t, platform, bare); said["missing-help-link"] != listed {
			t.Errorf("for %q it says %v", platform, said)
		}
	}
	c, _ := spec.LoadText("spec.yml", []byte(bare+"stage: draft\n"))
	if _, said := lint.Run(c, lint.Options{Ready: true}); len(said) < 2 {
		t.Errorf("of a draft that is to be listed it says %v", said)
	}
	if said := codesFor(t, "", bare+"stage: ready\n"); !said["missing-help-link"] || !said["missing-listing-field"] {
		t.Errorf("of one that is ready it says %v", said)
	}
}

// TestPlatformPlaces holds that what is said for a platform has a place in the
// text, whatever the spec.
func TestPlatformPlaces(t *testing.T) {
	for _, text := range specTexts(t) {
		for _, platform := range lint.PlatformNames() {
			c, _ := spec.LoadText("spec.yml", text)
			_, diagnostics := lint.Run(c, lint.Options{For: platform})
			for _, d := range diagnostics {
				checkPlace(t, text, d)
			}
		}
	}
}

// codesFor returns the codes of what is said of a spec, checked for a platform.
func codesFor(t *testing.T, platform, text string) map[string]bool {
	t.Helper()
	c, problems := spec.LoadText("spec.yml", []byte(text))
	if len(problems) > 0 {
		t.Fatalf("%s: %v", text, problems)
	}
	_, diagnostics := lint.Run(c, lint.Options{For: platform})
	codes := make(map[string]bool)
	for _, d := range diagnostics {
		codes[d.Code] = true
	}
	return codes
}
