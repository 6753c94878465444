package auth

import (
	"slices"
	"strings"

	"github.com/connector-spec/connector/auth/login"
)

// clockHint ends the hint on what is refused for its time.
const clockHint = "set this machine's clock right"

// signedHints are what to do about what servers say of signed requests: the
// first of which all words are in what was said, in small letters. The words are
// those of AWS and of those who speak its protocol (Signature Version 4), of the
// OAuth Problem Reporting extension, and of the library that many servers of
// OAuth 1 are made with.
var signedHints = []struct {
	words []string
	hint  string
}{
	{[]string{"region", "is wrong"}, "sign for the region that the server names: region in the spec, or the input that it comes from"},
	{[]string{"scoped to a valid region"}, "check region: the server is in another one"},
	{[]string{"incorrect service"}, "sign for the service that the server names: service in the spec"},
	{[]string{"scoped to correct service"}, "sign for the service that the server names: service in the spec"},
	{[]string{"requesttimetooskewed"}, "a signature holds for some minutes only: " + clockHint},
	{[]string{"signature expired"}, "a signature holds for some minutes only: " + clockHint},
	{[]string{"signature not yet current"}, "a signature holds for some minutes only: " + clockHint},
	{[]string{"timestamp", "invalid"}, "a signature holds for some minutes only: " + clockHint},
	{[]string{"timestamp_refused"}, "a signature holds for some minutes only: " + clockHint},
	{[]string{"content-sha256", "does not match"}, "the test sends the hash of another body: leave X-Amz-Content-Sha256 away, since what signs the request adds it"},
	{[]string{"contentsha256mismatch"}, "the test sends the hash of another body: leave X-Amz-Content-Sha256 away, since what signs the request adds it"},
	{[]string{"access key id"}, "the server knows no such key: check accessKeyId, and that it is of this server"},
	{[]string{"invalidaccesskeyid"}, "the server knows no such key: check accessKeyId, and that it is of this server"},
	{[]string{"signaturedoesnotmatch"}, "the key is known, and the signature is another: check that secretAccessKey is whole, and that nothing stands before or behind it"},
	{[]string{"signature we calculated does not match"}, "the key is known, and the signature is another: check that secretAccessKey is whole, and that nothing stands before or behind it"},
	{[]string{"signature_method"}, "check signatureMethod, which is HMAC-SHA1 if it is left away"},
	{[]string{"consumer_key"}, "the server knows no such consumer: check consumerKey"},
	{[]string{"signature_invalid"}, "the consumer is known, and the signature is another: check that consumerSecret is whole, and that nothing stands before or behind it"},
	{[]string{"oauth_callback"}, "register the redirect URI at the provider exactly as it is sent"},
	{[]string{"missing mandatory oauth parameters"}, "the server does not look for the signature where it is: check signatureLocation, which is the header if it is left away"},
	{[]string{"missing resource owner"}, "the request for a temporary credential went to an endpoint of another step: check requestTokenUri, authorizeUri and tokenUri"},
	{[]string{"nonce_used"}, "the server has seen the request already: check that nothing sends it twice"},
	{[]string{"token_rejected"}, "the token has ended, or was used or taken back: log in again"},
}

// signedHint says what to do about what a server says of a signed request; "" if
// its words are not known.
func signedHint(said string) string {
	said = strings.ToLower(said)
	for _, h := range signedHints {
		if !slices.ContainsFunc(h.words, func(w string) bool { return !strings.Contains(said, w) }) {
			return h.hint
		}
	}
	return ""
}

// danceHint says what to do about a refusal by a server of OAuth 1.
func danceHint(e *login.AnswerError) string {
	if hint := signedHint(e.Problem + " " + e.Advice); hint != "" {
		return hint
	}
	hint := "check consumerKey, consumerSecret, signatureMethod and signatureLocation, and that this machine's clock is right"
	if e.Step == login.TemporaryStep {
		hint += "; and that the redirect URI is registered at the provider exactly as it is sent"
	}
	return hint
}
