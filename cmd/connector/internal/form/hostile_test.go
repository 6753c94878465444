package form_test

import (
	"strings"
	"testing"

	"github.com/connector-spec/connector/cmd/connector/internal/form"
	"github.com/connector-spec/connector/formula"
)

// TestEndless wants a small schema with references without end to be looked
// into for a moment only.
func TestEndless(t *testing.T) {
	t.Parallel()
	refs := strings.TrimSuffix(strings.Repeat(`{"$ref": "#/$defs/r"},`, 20), ",")
	for _, key := range []string{"allOf", "oneOf", "anyOf"} {
		schema := parse(t, `{"properties": {"p": {"$ref": "#/$defs/r"}}, "`+key+`": [`+refs+`], "if": {"$ref": "#/$defs/r"}, "then": {"$ref": "#/$defs/r"}, "$defs": {"r": {"`+key+`": [`+refs+`]}}}`)
		f := form.New(schema)
		if got := names(f.Fields(formula.Undefined)); got != "p" {
			t.Errorf("%s: fields %q", key, got)
		}
		f.Defaults(formula.Undefined)
	}
}
