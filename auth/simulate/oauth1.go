package simulate

import (
	"encoding/hex"
	"errors"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"time"

	"github.com/connector-spec/connector/auth/sign"
	"github.com/connector-spec/connector/formula"
)

// A temporary is a temporary credential of OAuth 1 (RFC 5849 2.1).
type temporary struct {
	secret, callback, verifier string
	used                       bool
}

// dance answers the signed requests of a login of OAuth 1.
func (p *Provider) dance(step string, r *request) *reply {
	c, failed := p.config()
	if failed != nil {
		return failed
	}
	own := oauthParams(r, c.text("signatureLocation"))
	s := oauth1Signer(c.Value)
	refused := func(format string, args ...any) *reply {
		a := refuse(http.StatusUnauthorized, "", format, args...)
		a.kind, a.body = "application/x-www-form-urlencoded", []byte(url.Values{"oauth_problem": {"permission_denied"}, "oauth_problem_advice": {a.why}}.Encode())
		return a
	}
	answer := url.Values{}
	switch step {
	case StepRequest:
		if s.Callback = own.Get("oauth_callback"); s.Callback != c.Redirect {
			return refused("oauth_callback is not the registered address (RFC 5849 2.1)")
		}
		if why := p.verifyOAuth1(r, s, own); why != "" {
			return refused("%s", why)
		}
		token := "simrequest" + p.random(16)
		t := &temporary{secret: "simrequestsecret" + p.random(16), callback: s.Callback}
		p.oauth1[token] = t
		answer = url.Values{"oauth_token": {token}, "oauth_token_secret": {t.secret}, "oauth_callback_confirmed": {"true"}}
	case StepAccess:
		t := p.oauth1[own.Get("oauth_token")]
		if t == nil || t.used || t.verifier == "" || own.Get("oauth_verifier") != t.verifier {
			return refused("the temporary credential was not given or authorized here, was used before, or the verifier is not its own (RFC 5849 2.3)")
		}
		s.Token, s.TokenSecret, s.Verifier = own.Get("oauth_token"), t.secret, t.verifier
		if why := p.verifyOAuth1(r, s, own); why != "" {
			return refused("%s", why)
		}
		t.used = true
		p.families++
		access := p.issue("token", false, p.families)
		access.Secret = "simtokensecret" + p.random(16)
		answer = url.Values{"oauth_token": {access.Text}, "oauth_token_secret": {access.Secret}}
		for _, l := range p.leaves(readToken) {
			if name := l.first(); name != "" && !answer.Has(name) {
				answer.Set(name, scalar(p.value(l)))
			}
		}
	case StepRevoke:
		t := p.find(own.Get("oauth_token"))
		if t == nil || t.Dead {
			return refused("the token was not given here, or was revoked")
		}
		s.Token, s.TokenSecret = t.Text, t.Secret
		if why := p.verifyOAuth1(r, s, own); why != "" {
			return refused("%s", why)
		}
		t.Dead = true
	}
	return &reply{status: http.StatusOK, kind: "application/x-www-form-urlencoded", body: []byte(answer.Encode())}
}

// approve lets the user of a login of OAuth 1 agree.
func (p *Provider) approve(u *url.URL) (string, error) {
	t := p.oauth1[u.Query().Get("oauth_token")]
	if t == nil {
		return "", p.refusal("oauth_token was not given by this server (RFC 5849 2.2)")
	}
	t.verifier = "simverifier" + p.random(8)
	back, err := url.Parse(t.callback)
	if err != nil {
		return "", errors.New("oauth_callback is no URL")
	}
	q := back.Query()
	q.Set("oauth_token", u.Query().Get("oauth_token"))
	q.Set("oauth_verifier", t.verifier)
	back.RawQuery = q.Encode()
	return back.String(), nil
}

// oauth1Signer returns what signs by a configuration.
func oauth1Signer(v formula.Value) *sign.OAuth1 {
	return &sign.OAuth1{
		ConsumerKey: scalar(v.Get("consumerKey")), ConsumerSecret: scalar(v.Get("consumerSecret")), PrivateKey: scalar(v.Get("privateKey")),
		Token: scalar(v.Get("token")), TokenSecret: scalar(v.Get("tokenSecret")), Method: scalar(v.Get("signatureMethod")),
		Location: scalar(v.Get("signatureLocation")), Realm: scalar(v.Get("realm")), BodyHash: v.Get("bodyHash").Truthy(),
	}
}

// oauthParams reads the parameters of a signature from where they are declared
// to stand.
func oauthParams(r *request, location string) url.Values {
	switch location {
	case "query":
		q, _ := url.ParseQuery(r.url.RawQuery)
		return q
	case "body":
		q, _ := url.ParseQuery(string(r.body))
		return q
	}
	q := url.Values{}
	list, ok := strings.CutPrefix(r.header.Get("Authorization"), "OAuth ")
	if !ok {
		return q
	}
	for pair := range strings.SplitSeq(list, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(pair), "=")
		plain, err := url.PathUnescape(strings.Trim(value, `"`))
		if err == nil {
			q.Set(name, plain)
		}
	}
	return q
}

// verifyOAuth1 says why a request is not signed as it is to be (RFC 5849 3.2):
// it is signed once more, with what the provider knows and the nonce and time of
// the request, and the signatures are compared.
func (p *Provider) verifyOAuth1(r *request, s *sign.OAuth1, own url.Values) string {
	nonce, err := hex.DecodeString(own.Get("oauth_nonce"))
	at, failed := strconv.ParseInt(own.Get("oauth_timestamp"), 10, 64)
	switch used := own.Get("oauth_nonce") + own.Get("oauth_timestamp"); {
	case own.Get("oauth_signature") == "":
		return "the request is not signed where the spec says (RFC 5849 3.5)"
	case err != nil || failed != nil:
		return "oauth_nonce or oauth_timestamp cannot be read"
	case abs(p.facts.Now().Unix()-at) > 300:
		return "oauth_timestamp is of another time (RFC 5849 3.3)"
	case p.proofs[used]:
		return "oauth_nonce was used before (RFC 5849 3.3)"
	default:
		p.proofs[used] = true
	}
	s.World = replayed(time.Unix(at, 0), nonce)
	again := r.signed()
	if s.Location == "" || s.Location == "header" {
		again.Header.Del("Authorization")
	}
	if err := s.Sign(again); err != nil {
		return "the request cannot be signed: " + err.Error()
	}
	signature := oauthParams(&request{method: again.Method, url: again.URL, header: again.Header, body: again.Body}, s.Location).Get("oauth_signature")
	if signature != own.Get("oauth_signature") {
		return "oauth_signature is not the signature of this request with the right secrets (RFC 5849 3.4)"
	}
	return ""
}

func abs(n int64) int64 { return max(n, -n) }
