package cli_test

import (
	"net/http"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

// TestExampleSandboxes has the environments of QuickBooks and PayPal lead to
// other hosts.
func TestExampleSandboxes(t *testing.T) {
	t.Parallel()
	o := optionOf(t, "quickbooks", "default")
	for environment, host := range map[string]string{"production": "quickbooks", "sandbox": "sandbox-quickbooks"} {
		o.API = apiOf(t, "quickbooks")
		o.Origin = "https://" + host + ".api.intuit.com" // the only API that there is then
		s := o.subject(t, filepath.Join(repository, "examples", "quickbooks"))
		v := o.values(t, s)
		v.Parameters = v.Parameters.With("api", s.Connector.Meta.Get("environments").Get(environment).Get("api"))
		c, _ := o.connected(t, s, v)
		if got := c.Credential().Values.Get("realmId").Text(); got != "9130347714412345" {
			t.Errorf("%s: the company is %q", environment, got)
		}
	}

	payPal := optionOf(t, "paypal", "default")
	address := serve(t, payPal.Handler)
	for environment, want := range map[string]struct {
		origin string
		code   int
	}{"live": {"https://api-m.paypal.com", 0}, "sandbox": {"https://api-m.sandbox.paypal.com", 1}} {
		run := world{}.run(payPal.args(t, copyExample(t, "paypal"), []string{"--route", want.origin + "=" + address}, "--live", "--environment", environment)...)
		// The app for real money is none of the sandbox.
		run.check(t, want.code, "token  POST "+want.origin+"/v1/oauth2/token")
	}
}

// TestExampleRotates has a refresh token of QuickBooks be good once: the next
// refresh comes with the one that the first one gave, and a stolen one ends all.
func TestExampleRotates(t *testing.T) {
	t.Parallel()
	o := optionOf(t, "quickbooks", "default")
	s := o.subject(t, filepath.Join(repository, "examples", "quickbooks"))
	c, _ := o.connected(t, s, o.values(t, s))
	old := c.Credential().Values.Get("refresh_token").Text()
	for range 3 {
		if err := c.Refresh(t.Context()); err != nil {
			t.Fatal(err)
		}
		fresh := c.Credential().Values
		if text := fresh.Get("refresh_token").Text(); text == "" || text == old || fresh.Get("realmId").Text() == "" {
			t.Error("the refresh token stays, or the company is lost")
		}
	}
	form := "grant_type=refresh_token&refresh_token=" + old
	header := http.Header{"Content-Type": {"application/x-www-form-urlencoded"}}
	basic := http.Request{Header: header}
	basic.SetBasicAuth(o.Parameters["clientId"], o.Parameters["clientSecret"])
	resp, text := sendTo(t, o.API, http.MethodPost, "https://oauth.platform.intuit.com/oauth2/v1/tokens/bearer", header, form)
	if resp.StatusCode != http.StatusBadRequest || !strings.Contains(text, "invalid_grant") {
		t.Errorf("an old refresh token: %d %s", resp.StatusCode, text)
	}
	if err := c.Refresh(t.Context()); err == nil {
		t.Error("after a refresh token came twice the grant goes on")
	}
}

// TestExampleScopes has a role of Snowflake be a part of a scope, and offline
// access of Microsoft Graph be one that the server does not speak of.
func TestExampleScopes(t *testing.T) {
	t.Parallel()
	for example, want := range map[string][]string{
		"snowflake/oauth":       {"refresh_token", "session:role:ANALYST"},
		"microsoft-graph/login": {"User.Read", "User.ReadBasic.All"},
	} {
		name, key, _ := strings.Cut(example, "/")
		o := optionOf(t, name, key)
		s := o.subject(t, filepath.Join(repository, "examples", name))
		c, _ := o.connected(t, s, o.values(t, s))
		if diff := cmp.Diff(want, c.Credential().Scopes); diff != "" {
			t.Errorf("%s: granted (-want +got)\n%s", example, diff)
		}
		if c.Credential().Values.Get("refresh_token").Text() == "" {
			t.Errorf("%s: no refresh token", example)
		}
	}
}

// TestExampleTenantNames has the account of NetSuite be written as its realm and
// its host want it, however it is entered.
func TestExampleTenantNames(t *testing.T) {
	t.Parallel()
	for _, account := range []string{"1234567_SB1", "1234567_sb1", "1234567-sb1"} {
		o := optionOf(t, "netsuite", "default")
		flags, _ := o.routes(t)
		o.Inputs["account"] = account
		run := world{}.run(o.args(t, copyExample(t, "netsuite"), flags, "--live")...)
		run.check(t, 0, "GET https://1234567-sb1.suitetalk.api.netsuite.com/", "label: NetSuite 1234567")
	}
}
