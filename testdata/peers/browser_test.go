package peers_test

import (
	"fmt"
	"net/http"
	"net/http/httptest"
	"strings"
	"testing"

	"github.com/connector-spec/connector/testdata/peers"
)

// TestPerson goes through pages that none of the peers has.
func TestPerson(t *testing.T) {
	t.Parallel()
	mux := http.NewServeMux()
	mux.HandleFunc("/login", func(w http.ResponseWriter, _ *http.Request) {
		http.SetCookie(w, &http.Cookie{Name: "session", Value: "1"})
		_, _ = fmt.Fprint(w, `<a href="/no?reason=cancelled">Cancel</a>
			<form id=f method=POST action='/check?a=1&amp;b=2'>
			<input name="user" placeholder="a > b"><INPUT type=password name=pass><input type="checkbox" name="terms">
			<input type=hidden name=hidden value="&lt;x&gt;"><input name="pin"></form>
			<button form=f name=go value=reject>No</button><button form=f name=go value=yes>Yes</button>`)
	})
	mux.HandleFunc("/check", func(w http.ResponseWriter, r *http.Request) {
		cookie, err := r.Cookie("session")
		want := "a=1&b=2 go=yes&hidden=%3Cx%3E&pass=secret&pin=42&terms=on&user=dave"
		if got := r.URL.RawQuery + " " + encodedForm(r); got != want || err != nil || cookie.Value != "1" {
			http.Error(w, "<b>got</b> "+got, http.StatusBadRequest)
			return
		}
		http.Redirect(w, r, "/again", http.StatusTemporaryRedirect)
	})
	mux.HandleFunc("/again", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://app.example.com/callback?code="+r.PostFormValue("pin"), http.StatusSeeOther)
	})
	mux.HandleFunc("/no", func(w http.ResponseWriter, r *http.Request) {
		http.Redirect(w, r, "https://app.example.com/callback?error="+r.FormValue("reason"), http.StatusSeeOther)
	})
	mux.HandleFunc("/end", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, `<title>t</title><style>p {}</style><p>You may &amp; can close this`)
	})
	mux.HandleFunc("/circle", func(w http.ResponseWriter, r *http.Request) { http.Redirect(w, r, "/circle", http.StatusFound) })
	mux.HandleFunc("/form-post", func(w http.ResponseWriter, _ *http.Request) {
		_, _ = fmt.Fprint(w, `<form method="post" action="https://app.example.com/callback"><input type="hidden" name="code" value="1"></form>`)
	})
	server := httptest.NewServer(mux)
	defer server.Close()
	person := peers.Person{Name: "dave", Password: "secret", Fields: map[string]string{"pin": "42"}}
	const query = "?redirect_uri=https://app.example.com/callback"
	for _, test := range []struct{ path, want, wantErr string }{
		{"/login", "https://app.example.com/callback?code=42", ""},
		{"/no", "https://app.example.com/callback?error=", ""},
		{"/end", "", "without a callback at " + server.URL + "/end" + query + ": You may & can close this"},
		{"/check", "", "answered 400: got"},
		{"/circle", "", "no end"},
		{"/form-post", "", "asked for by a form"},
	} {
		got, err := person.Login(t.Context(), server.URL+test.path+query)
		if got != test.want || (err == nil) != (test.wantErr == "") || err != nil && !strings.Contains(err.Error(), test.wantErr) {
			t.Errorf("%s: %q, %v", test.path, got, err)
		}
	}
	if got, err := person.Deny(t.Context(), server.URL+"/login"+query); got != "https://app.example.com/callback?error=cancelled" {
		t.Errorf("denied: %q, %v", got, err)
	}
	person.CallbackPrefix = "https://app.example.com/other"
	if got, err := person.Login(t.Context(), server.URL+"/login"); err == nil || !strings.Contains(err.Error(), "not on loopback") {
		t.Errorf("another callback: %q, %v", got, err)
	}
}

// encodedForm is the body of a form.
func encodedForm(r *http.Request) string {
	_ = r.ParseForm()
	return r.PostForm.Encode()
}
