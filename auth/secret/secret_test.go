package secret_test

import (
	"bytes"
	"encoding/gob"
	"encoding/json"
	"encoding/xml"
	"fmt"
	"log/slog"
	"strings"
	"testing"
	"testing/synctest"

	"github.com/connector-spec/connector/auth/secret"
)

const canary = "canary-9f3kQ2/x+Zz"

// Security rule 30: %+v and its kin cannot leak a Secret.
func TestMust30SecretPrintsAsMask(t *testing.T) {
	s := secret.New(canary)
	inside := struct {
		Open   secret.Secret
		hidden secret.Secret
		Ptr    *secret.Secret
		List   []secret.Secret
		Map    map[string]secret.Secret
	}{s, s, &s, []secret.Secret{s}, map[string]secret.Secret{"k": s}}

	var out []string
	for _, verb := range strings.Split("v +v #v s q x X d b o t T e g c U p w 20s -5v", " ") {
		out = append(out, fmt.Sprintf("%"+verb, s), fmt.Sprintf("%"+verb, &s), fmt.Sprintf("%"+verb, inside), fmt.Sprintf("%"+verb, &inside))
	}
	j, err := json.Marshal(inside)
	if err != nil {
		t.Fatal(err)
	}
	x, err := xml.Marshal(s)
	if err != nil {
		t.Fatal(err)
	}
	var g, logs bytes.Buffer
	if err := gob.NewEncoder(&g).Encode(s); err == nil {
		t.Error("gob encodes a secret, want an error")
	}
	slog.New(slog.NewTextHandler(&logs, nil)).Info("m", "s", s, "in", inside)
	slog.New(slog.NewJSONHandler(&logs, nil)).Info("m", "s", s, "in", inside)
	out = append(out, string(j), string(x), g.String(), logs.String(), fmt.Errorf("e: %v", s).Error())
	for _, text := range out {
		if strings.Contains(text, "canary") {
			t.Errorf("the secret shows in %s", text)
		}
	}
	if got := fmt.Sprint(s); got != secret.Mask {
		t.Errorf("Sprint = %q, want %q", got, secret.Mask)
	}
	if !strings.Contains(string(j), `"Open":"[secret]"`) {
		t.Errorf("JSON = %s, want the mask", j)
	}
}

func TestSecretReveals(t *testing.T) {
	var zero secret.Secret
	s := secret.New(canary)
	switch {
	case s.Reveal() != canary, zero.Reveal() != "":
		t.Error("Reveal does not give the text")
	case s.IsZero(), !zero.IsZero(), !secret.New("").IsZero():
		t.Error("IsZero is wrong")
	case !s.Equal(secret.New(canary)), s.Equal(zero), !zero.Equal(secret.New("")):
		t.Error("Equal is wrong")
	}
}

func TestRedactorIsSafeForConcurrentUse(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		r := secret.NewRedactor()
		for i := range 8 {
			go func() {
				value := fmt.Sprintf("value-of-secret-%d", i)
				r.Add(fmt.Sprint(i), value)
				if got := r.Redact("x " + value); got != "x [secret]" {
					t.Errorf("Redact = %q, want it masked once added", got)
				}
			}()
		}
		synctest.Wait()
	})
}
