package login_test

import (
	"errors"
	"fmt"
	"net/http"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/login"
)

func TestAccept(t *testing.T) {
	t.Parallel()
	refused := func(problem, advice string) string {
		text := "the server answered " + problem
		if problem == "access_denied" {
			text = "access was denied"
		}
		if advice != "" {
			text += ": " + advice
		}
		return text
	}
	const (
		wrong   = "the oauth_token of the callback is not the one of this login: its code was not used"
		missing = "the callback has no oauth_token, so it does not belong to this login: its code was not used"
	)
	tests := map[string]struct{ callback, verifier, want string }{
		"a verifier":                {redirect + "?oauth_token=temp-token&oauth_verifier=v1", "v1", "<nil>"},
		"another token":             {redirect + "?oauth_token=other&oauth_verifier=v1", "", wrong},
		"no token":                  {redirect + "?oauth_verifier=v1", "", missing},
		"no verifier":               {redirect + "?oauth_token=temp-token", "", "the callback has no oauth_verifier (it has oauth_token)"},
		"two tokens":                {redirect + "?oauth_token=temp-token&oauth_token=x&oauth_verifier=v1", "", "the callback has the parameter oauth_token more than once"},
		"elsewhere":                 {"http://127.0.0.1:1/callback?oauth_token=temp-token&oauth_verifier=v1", "", "the callback is not at the redirect URI " + redirect},
		"denied with the token":     {redirect + "?denied=temp-token", "", refused("access_denied", "")},
		"denied beside the token":   {redirect + "?denied=1&oauth_token=temp-token", "", refused("access_denied", "")},
		"denied as the verifier":    {redirect + "?oauth_token=temp-token&oauth_verifier=denied", "", refused("access_denied", "")},
		"denied by somebody else":   {redirect + "?denied=other", "", wrong},
		"a problem":                 {redirect + "?oauth_token=temp-token&oauth_problem=user_refused&oauth_problem_advice=no%1b", "", refused("user_refused", `no\x1b`)},
		"a problem with the secret": {redirect + "?oauth_token=temp-token&oauth_problem=x&oauth_problem_advice=temp-secret", "", refused("x", "[secret]")},
		"a problem of somebody":     {redirect + "?oauth_problem=user_refused", "", missing},
	}
	for name, test := range tests {
		t.Run(name, func(t *testing.T) {
			t.Parallel()
			temp, err := newProvider(t, says(http.StatusOK, formType, temporary)).dance().RequestToken(t.Context())
			if err != nil {
				t.Fatal(err)
			}
			verifier, err := temp.Accept(test.callback)
			if diff := cmp.Diff([]string{test.verifier, test.want}, []string{verifier, fmt.Sprint(err)}); diff != "" {
				t.Errorf("Accept (-want +got):\n%s", diff)
			}
		})
	}
}

func TestAcceptTakesOneAnswer(t *testing.T) {
	t.Parallel()
	temp, err := newProvider(t, says(http.StatusOK, formType, temporary)).dance().RequestToken(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	const good = redirect + "?oauth_token=temp-token&oauth_verifier=v1"
	_, err = temp.Accept(redirect + "?oauth_token=other&oauth_verifier=v1")
	if got := asError[*login.StateError](t, err); got.Parameter != "oauth_token" || got.Missing {
		t.Errorf("StateError = %+v", got)
	}
	if _, err := temp.Accept(good); err != nil {
		t.Errorf("after a foreign answer: %v", err)
	}
	if _, err := temp.Accept(good); !errors.Is(err, login.ErrUsed) {
		t.Errorf("second answer: %v, want ErrUsed", err)
	}
}
