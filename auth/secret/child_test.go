package secret_test

import (
	"fmt"
	"sync"
	"testing"

	"github.com/connector-spec/connector/auth/secret"
)

// TestChild wants runs at once to have names of their own for their secrets, and
// the output that they share to hide those of all.
func TestChild(t *testing.T) {
	t.Parallel()
	parent := secret.NewRedactor()
	parent.Add("proxy", "of-the-proxy")
	a, b := parent.Child(), parent.Child()
	a.Add("input.token", "the-same-value")
	b.Add("input.key", "the-same-value")
	a.Add("input.own", "only-in-a")
	for _, test := range []struct {
		name string
		r    *secret.Redactor
		want string
	}{
		{"a", a, "{{input.token}} {{input.own}} {{proxy}}"},
		{"b", b, "{{input.key}} only-in-a {{proxy}}"},
		{"parent", parent, "{{input.token}} {{input.own}} {{proxy}}"},
	} {
		if got := test.r.Placehold("the-same-value only-in-a of-the-proxy"); got != test.want {
			t.Errorf("%s: %q, want %q", test.name, got, test.want)
		}
	}
}

func TestChildrenAtOnce(t *testing.T) {
	t.Parallel()
	parent := secret.NewRedactor()
	var all sync.WaitGroup
	for i := range 8 {
		all.Go(func() {
			child := parent.Child()
			for j := range 20 {
				value := fmt.Sprintf("secret-%d-%d", i, j)
				child.Add("x", value)
				if got := child.RedactWords(value) + parent.Redact(value); got != secret.Mask+secret.Mask {
					t.Errorf("%s is shown as %s", value, got)
				}
			}
		})
	}
	all.Wait()
}

func TestRedactWords(t *testing.T) {
	t.Parallel()
	r := secret.NewRedactor()
	for i, value := range []string{"77-4", "7", "é", "a-longer-secret", ""} {
		r.Add(fmt.Sprint("s", i), value)
	}
	for text, want := range map[string]string{
		"77-4":                      "[secret]",
		"pin 77-4.":                 "pin [secret].",
		"177-4, 77-40, 77-4x":       "177-4, 77-40, 77-4x",
		"7 of 70 (7)":               "[secret] of 70 ([secret])",
		"café é":                    "café [secret]",
		"a-longer-secret":           "[secret]",
		"77-477-4":                  "77-477-4",
		"":                          "",
		"\"77-4\":\"77-4\"\n77-4\t": "\"[secret]\":\"[secret]\"\n[secret]\t",
	} {
		if got := r.RedactWords(text); got != want {
			t.Errorf("%q becomes %q, want %q", text, got, want)
		}
	}
	if got := r.Redact("pin 77-4"); got != "pin 77-4" {
		t.Errorf("Redact gives %q", got)
	}
}
