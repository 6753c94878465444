package formpage_test

import (
	"testing"

	"github.com/connector-spec/connector/cmd/connector/internal/formpage"
	"github.com/connector-spec/connector/formula"
)

// TestSecretChoices wants of several choices that are a secret not to be seen
// which they are.
func TestSecretChoices(t *testing.T) {
	t.Parallel()
	given := formula.Object(formula.Member{Key: "words", Value: formula.List(formula.String("b"))})
	s := serve(t, formpage.ServeOptions{Page: formpage.Page{Title: "Small", Options: []formpage.Option{{
		Key: "token", Given: given,
		Form: schemaOf(t, `{"type": "object", "properties": {"words": {"type": "array", "items": {"enum": ["a", "b"]}, "isSensitive": true}}, "required": ["words"]}`),
	}}}})
	v := visit(t, s)
	has(t, v.page(), true, `value="b"`)
	has(t, v.page(), false, `" selected`, `" checked`)
	v.send(v.filled())
	answers, err := s.Answers(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	if got, want := summary(answers), `token  {"words":["b"]} {}`; got != want {
		t.Errorf("the answers are %s, want %s", got, want)
	}
}
