package auth_test

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/formula"
)

// TestMust15ConsentEnvironments wants what an environment of the spec gives to
// count: it may say where a credential goes though no host is known before the
// login.
func TestMust15ConsentEnvironments(t *testing.T) {
	t.Parallel()
	const text = `key: regional
name: Regional
environments:
  live: {domain: example.com, plan: free}
  test: {domain: test.example.com}
parametersSchema: {type: object, properties: {domain: {type: string}, plan: {type: string}}}
auth:
  type: client-credentials
  ui: {schema: {type: object, properties: {key: {type: string, isSensitive: true}}, required: [key]}}
  getCredentialsFromConnectionParameters: {implementationType: rest-api-mapping, mapping: {method: post, path: 'https://login.example.net/', responseMapping: {region: '${response.data.region}'}}}
  makeApiClient: {implementationType: mapping, mapping: {baseUri: 'https://${credentials.region}.${connectorParameters.domain}'}}
  test: {implementationType: rest-api-mapping, mapping: {method: get, path: /me}}
`
	of := func(text, parameters string) auth.Consent {
		t.Helper()
		s := subjectOf(t, text)
		own := object(t, parameters)
		for i, name := range s.Connector.Meta.Get("environments").Get("live").Keys() {
			if _, v := s.Connector.Meta.Get("environments").Get("live").At(i); !own.Has(name) {
				own = own.With(name, v)
			}
		}
		v, _, err := s.Complete(auth.Values{Inputs: formula.Object(), Parameters: own})
		if err != nil {
			t.Fatal(err)
		}
		c, err := s.Consent(v)
		if err != nil {
			t.Fatal(err)
		}
		return c
	}
	tests := []struct {
		name, old, changed, own string
		want                    []string
	}{
		{"the one in use", "{domain: example.com", "{domain: example.org", "{}", []string{"the parameter domain of an environment was changed"}},
		{"one more value", "plan: free", "plan: free, gate: x", "{}", []string{"the parameter gate of an environment was added"}},
		{"another one", "{domain: test.example.com", "{domain: test.example.org", "{}", nil},
		{"the user's own", "{domain: example.com", "{domain: example.org", `{"domain":"own.example"}`, nil},
	}
	for _, test := range tests {
		before := of(text, test.own)
		got := of(strings.Replace(text, test.old, test.changed, 1), test.own).Since(before.Hosts, before.Digest())
		if diff := cmp.Diff(test.want, got); diff != "" {
			t.Errorf("%s: changes (-want +got)\n%s", test.name, diff)
		}
	}
}
