package login_test

import (
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth/login"
	"github.com/connector-spec/connector/auth/secret"
)

// foreign is a secret of the run that no login makes, and that is another text
// once it is made printable.
const foreign = "the run's\u200bown\tsecret"

// TestRunSecretsInServersWords has servers say a secret back that only the run
// knows: in an answer to the browser, to a request, and on the page.
func TestRunSecretsInServersWords(t *testing.T) {
	t.Parallel()
	r := secret.NewRedactor()
	r.Add("input.password", foreign)
	said := url.QueryEscape("no: " + foreign)
	round := newRound(t, func(o *login.RoundOptions) { o.Redact = r.Redact })
	_, roundErr := round.Callback(redirect + "?state=" + round.State + "&error=x&error_description=" + said)
	d := newProvider(t, says(http.StatusUnauthorized, formType, "oauth_problem=x&oauth_problem_advice="+said)).dance()
	d.Redact = r.Redact
	_, requestErr := d.RequestToken(t.Context())
	d = newProvider(t, says(http.StatusOK, formType, temporary)).dance()
	d.Redact = r.Redact
	temp, err := d.RequestToken(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	_, acceptErr := temp.Accept(redirect + "?oauth_token=temp-token&oauth_problem=x&oauth_problem_advice=" + said)
	issued := newRound(t, func(o *login.RoundOptions) { o.Redact, o.Issuer = r.Redact, "https://login.example.com" })
	_, issuerErr := issued.Callback(redirect + "?state=" + issued.State + "&code=c&iss=" + said)
	for name, err := range map[string]error{"round": roundErr, "request": requestErr, "accept": acceptErr, "issuer": issuerErr} {
		if err == nil || !strings.Contains(err.Error(), "no: [secret]") {
			t.Errorf("%s: %v, want the secret masked", name, err)
		}
	}
	l, err := login.Listen(login.ListenerOptions{RedirectURI: "http://127.0.0.1:0/callback", Redact: r.Redact})
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	waiting, waited := make(chan struct{}), make(chan error, 1)
	go func() {
		_, err := l.Wait(t.Context(), login.Visit{Check: func(string) error { return nil }}, func() { close(waiting) })
		waited <- err
	}()
	<-waiting
	resp, err := http.Get(l.RedirectURI() + "?state=s&error=x&error_description=" + said)
	if err != nil {
		t.Fatal(err)
	}
	defer resp.Body.Close()
	page, _ := io.ReadAll(resp.Body)
	if !strings.Contains(string(page), "no: [secret]") || strings.Contains(string(page), "own") {
		t.Errorf("the page shows the secret:\n%s", page)
	}
	if err := <-waited; err != nil {
		t.Error(err)
	}
}
