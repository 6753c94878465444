package auth_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth"
)

// TestMissingScopes compares what was granted with what was asked for.
func TestMissingScopes(t *testing.T) {
	t.Parallel()
	for name, test := range map[string]struct {
		c    auth.Credential
		want []string
	}{
		"not said":                      {auth.Credential{Asked: []string{"a"}, Values: object(t, `{}`)}, nil},
		"fewer":                         {auth.Credential{Asked: []string{"a", "b"}, Scopes: []string{"b", "c"}, Values: object(t, `{}`)}, []string{"a"}},
		"a refresh token, and not said": {auth.Credential{Asked: []string{"a", "offline_access"}, Scopes: []string{"a"}, Values: object(t, `{"refresh_token":"r"}`)}, []string{}},
		"no refresh token":              {auth.Credential{Asked: []string{"a", "offline_access"}, Scopes: []string{"a"}, Values: object(t, `{}`)}, []string{"offline_access"}},
	} {
		if diff := cmp.Diff(test.want, test.c.Missing()); diff != "" {
			t.Errorf("%s (-want +got):\n%s", name, diff)
		}
	}
}
