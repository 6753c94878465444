package sign

import (
	"encoding/base64"
	"encoding/hex"
	"errors"
	"fmt"
	"io"
	"mime"
	"net/http"
	"net/url"
	"strconv"
	"strings"
	"unicode"
)

const formType = "application/x-www-form-urlencoded"

// An OAuth1 signs with OAuth 1.0a (RFC 5849).
type OAuth1 struct {
	ConsumerKey, ConsumerSecret string
	Token, TokenSecret          string // "" where there is no token yet

	// Method is HMAC-SHA1 ("" too), HMAC-SHA256, HMAC-SHA512, RSA-SHA1,
	// RSA-SHA256 or PLAINTEXT. RSA signs with PrivateKey, in PEM.
	Method     string
	PrivateKey string

	// Location is where the parameters go: header ("" too), query, or body,
	// which has to be a form.
	Location string
	Realm    string // stands in the header, and is not signed

	// BodyHash signs a body that is no form, by oauth_body_hash (the extension
	// OAuth Request Body Hash 1.0).
	BodyHash bool
	// OmitVersion leaves out oauth_version, which is optional.
	OmitVersion bool

	Callback string // oauth_callback, of a request for temporary credentials
	Verifier string // oauth_verifier, of a request for a token

	World
}

// Format hides the secrets.
func (o OAuth1) Format(f fmt.State, _ rune) { hidden(f, "OAuth1") }

// Sign puts the parameters and the signature into the request. A POST, PUT or
// PATCH without a body gets a form where they go into the body.
func (o *OAuth1) Sign(r *Request) error {
	random := make([]byte, 16)
	if _, err := io.ReadFull(o.Rand, random); err != nil {
		return fmt.Errorf("oauth1: make a nonce: %w", err)
	}
	return o.sign(r, hex.EncodeToString(random))
}

func (o *OAuth1) sign(r *Request, nonce string) error {
	method, err := o.method()
	if err != nil {
		return err
	}
	if err := o.prepare(r); err != nil {
		return err
	}
	params := o.params(r, method, nonce)
	signature, err := o.signature(method, baseString(r, params))
	if err != nil {
		return err
	}
	o.place(r, append(params, pair{"oauth_signature", signature}))
	return nil
}

// prepare checks what there is to sign, and takes an earlier signature off the
// request.
func (o *OAuth1) prepare(r *Request) error {
	if o.ConsumerKey == "" {
		return errors.New("oauth1: consumerKey is empty")
	}
	if err := checkRequest(r); err != nil {
		return err
	}
	switch o.Location {
	case "", "header":
		if strings.ContainsFunc(o.Realm, unicode.IsControl) {
			return errors.New("oauth1: realm has a line break or a control character")
		}
	case "query":
		r.URL.RawQuery = dropPairs(r.URL.RawQuery, o.isOwn)
	case "body":
		if err := makeForm(r); err != nil {
			return err
		}
		r.Body = []byte(dropPairs(string(r.Body), o.isOwn))
	default:
		return fmt.Errorf("oauth1: unknown signatureLocation %q; it is header, query or body", o.Location)
	}
	return nil
}

// makeForm makes sure that the body is a form (RFC 5849 3.5.2).
func makeForm(r *Request) error {
	switch {
	case isForm(r.Header):
		return nil
	case len(r.Body) > 0:
		return fmt.Errorf("oauth1: signatureLocation is body, and the body is no %s; send a form, or put the signature into header or query", formType)
	case r.Method != http.MethodPost && r.Method != http.MethodPut && r.Method != http.MethodPatch:
		return fmt.Errorf("oauth1: signatureLocation is body, and a %s has none; put the signature into header or query", method(r))
	}
	r.Header.Set("Content-Type", formType)
	return nil
}

// isForm says whether a body is a form.
func isForm(header http.Header) bool {
	media, _, err := mime.ParseMediaType(header.Get("Content-Type"))
	return media == formType && (err == nil || errors.Is(err, mime.ErrInvalidMediaParameter))
}

// isOwn says whether a parameter is one that Sign sets.
func (o *OAuth1) isOwn(name string) bool {
	switch name {
	case "oauth_consumer_key", "oauth_signature_method", "oauth_timestamp", "oauth_nonce", "oauth_signature":
		return true
	case "oauth_token":
		return o.Token != ""
	case "oauth_callback":
		return o.Callback != ""
	case "oauth_verifier":
		return o.Verifier != ""
	case "oauth_version":
		return !o.OmitVersion
	case "oauth_body_hash":
		return o.BodyHash
	}
	return false
}

// params gives the parameters that are signed (RFC 5849 3.1).
func (o *OAuth1) params(r *Request, method oauth1Method, nonce string) []pair {
	params := []pair{
		{"oauth_consumer_key", o.ConsumerKey},
		{"oauth_token", o.Token},
		{"oauth_signature_method", method.name},
		{"oauth_timestamp", strconv.FormatInt(o.Now().Unix(), 10)},
		{"oauth_nonce", nonce},
		{"oauth_version", "1.0"},
		{"oauth_callback", o.Callback},
		{"oauth_verifier", o.Verifier},
		{"oauth_body_hash", ""},
	}
	if o.BodyHash && !isForm(r.Header) {
		h := method.hash.New()
		h.Write(r.Body)
		params[len(params)-1].value = base64.StdEncoding.EncodeToString(h.Sum(nil))
	}
	kept := params[:0]
	for _, p := range params {
		if p.value != "" && (p.name != "oauth_version" || !o.OmitVersion) {
			kept = append(kept, p)
		}
	}
	return kept
}

// place puts the parameters where they go (RFC 5849 3.5).
func (o *OAuth1) place(r *Request, params []pair) {
	switch o.Location {
	case "query":
		r.URL.RawQuery = joinForms(r.URL.RawQuery, writePairs(params))
	case "body":
		r.Body = []byte(joinForms(string(r.Body), writePairs(params)))
		if r.Header.Get("Content-Length") != "" {
			r.Header.Set("Content-Length", strconv.Itoa(len(r.Body)))
		}
	default:
		r.Header.Set("Authorization", o.header(params))
	}
}

// header writes the header Authorization.
func (o *OAuth1) header(params []pair) string {
	var parts []string
	if o.Realm != "" {
		parts = append(parts, "realm="+quoted(o.Realm))
	}
	for _, p := range params {
		parts = append(parts, escape(p.name)+`="`+escape(p.value)+`"`)
	}
	return "OAuth " + strings.Join(parts, ", ")
}

// baseString writes the request in the one way that is signed (RFC 5849
// 3.4.1): with the parameters of the query, of a form, and its own.
func baseString(r *Request, own []pair) string {
	params := append(readPairs(r.URL.RawQuery), own...)
	if isForm(r.Header) {
		params = append(params, readPairs(string(r.Body))...)
	}
	return strings.ToUpper(method(r)) + "&" + escape(baseURI(r.URL)) + "&" + escape(normalPairs(params))
}

// baseURI gives what is signed of the URL besides the query (RFC 5849
// 3.4.1.2).
func baseURI(u *url.URL) string {
	return strings.ToLower(u.Scheme) + "://" + strings.ToLower(sentHost(u)) + sentPath(u)
}
