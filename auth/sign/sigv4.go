package sign

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"fmt"
	"net/http"
	"strings"
	"time"
	"unicode"
)

const (
	sigV4Algorithm = "AWS4-HMAC-SHA256"
	sigV4Time      = "20060102T150405Z"

	// The longest that a presigned URL may be good for.
	maxPresigned = 7 * 24 * time.Hour

	unsignedPayload = "UNSIGNED-PAYLOAD"
)

// A SigV4 signs with AWS Signature Version 4.
//
// For S3 and its kin the path is signed as it is sent, and the hash of the
// body is sent in X-Amz-Content-Sha256. For any other service the path is
// normalised and its escapes are escaped once more before it is signed, and
// the hash is sent if SignBody says so. A body that is not in memory is signed
// by its hash: a request without a body that has X-Amz-Content-Sha256 keeps
// it, and so does any request whose value there is no hash, such as
// UNSIGNED-PAYLOAD.
type SigV4 struct {
	Service, Region              string // such as s3, and us-east-1
	AccessKeyID, SecretAccessKey string
	SessionToken                 string // of temporary credentials; "" for none

	// TokenUnsigned sends SessionToken beside the signature, not within, as a
	// few services want it.
	TokenUnsigned bool
	// SignBody sends the hash of the body, and signs the header that has it.
	SignBody bool
	// PathAsSent signs the path as S3 wants it.
	PathAsSent bool

	World
}

// Format hides the keys.
func (s SigV4) Format(f fmt.State, _ rune) { hidden(f, "SigV4") }

// Sign puts the signature into the header Authorization, and the time into
// X-Amz-Date. A plus in the query, which some servers take for a blank and
// some for a plus, is sent as %20, the blank that it is in forms.
func (s *SigV4) Sign(r *Request) error {
	_, err := s.sign(r)
	return err
}

// Presign puts the signature into the query: the URL is good for anybody
// until it expires, in 1 second to 7 days. The request has to be sent with
// the headers that it has. The body of a request to S3 is not signed.
func (s *SigV4) Presign(r *Request, expires time.Duration) error {
	_, err := s.presign(r, expires)
	return err
}

// A sigV4Signature is a signature and what it was made of.
type sigV4Signature struct{ canonical, toSign, signature string }

func (s *SigV4) sign(r *Request) (made sigV4Signature, err error) {
	if err := s.prepare(r); err != nil {
		return made, err
	}
	now := s.now()
	payload := s.payload(r, hashOf(r.Body))
	r.Header.Set("X-Amz-Date", now)
	if s.SignBody || s.isS3() {
		r.Header.Set("X-Amz-Content-Sha256", payload)
	}
	if s.SessionToken != "" && !s.TokenUnsigned {
		r.Header.Set("X-Amz-Security-Token", s.SessionToken)
	}
	signed, fields := canonicalHeader(r)
	made = s.signature(now, s.canonicalRequest(r, signed, fields, payload))
	r.Header.Set("Authorization", sigV4Algorithm+" Credential="+s.AccessKeyID+"/"+s.scope(now)+
		", SignedHeaders="+signed+", Signature="+made.signature)
	if s.SessionToken != "" {
		r.Header.Set("X-Amz-Security-Token", s.SessionToken)
	}
	return made, nil
}

func (s *SigV4) presign(r *Request, expires time.Duration) (made sigV4Signature, err error) {
	if expires < time.Second || expires > maxPresigned {
		return made, fmt.Errorf("aws-sigv4: a presigned URL expires in 1 second to 7 days, not in %v", expires)
	}
	if err := s.prepare(r); err != nil {
		return made, err
	}
	now := s.now()
	body := unsignedPayload
	if !s.isS3() {
		body = hashOf(r.Body)
	}
	payload := s.payload(r, body)
	signed, fields := canonicalHeader(r)
	own := []pair{
		{"X-Amz-Algorithm", sigV4Algorithm},
		{"X-Amz-Credential", s.AccessKeyID + "/" + s.scope(now)},
		{"X-Amz-Date", now},
		{"X-Amz-SignedHeaders", signed},
		{"X-Amz-Expires", fmt.Sprint(int64(expires / time.Second))},
	}
	token := pair{"X-Amz-Security-Token", s.SessionToken}
	var after []pair
	switch {
	case s.SessionToken == "":
	case s.TokenUnsigned:
		after = append(after, token)
	default:
		own = append(own, token)
	}
	r.URL.RawQuery = joinForms(r.URL.RawQuery, writePairs(own))
	made = s.signature(now, s.canonicalRequest(r, signed, fields, payload))
	after = append(after, pair{"X-Amz-Signature", made.signature})
	r.URL.RawQuery = joinForms(r.URL.RawQuery, writePairs(after))
	return made, nil
}

// prepare checks what there is to sign with, and takes an earlier signature
// off the request.
func (s *SigV4) prepare(r *Request) error {
	if err := s.check(); err != nil {
		return err
	}
	if err := checkRequest(r); err != nil {
		return err
	}
	r.Header.Del("Authorization")
	r.Header.Del("X-Amz-Date")
	if s.SessionToken != "" {
		r.Header.Del("X-Amz-Security-Token")
	}
	r.URL.RawQuery = dropPairs(strings.ReplaceAll(r.URL.RawQuery, "+", "%20"), s.isOwn)
	return nil
}

// isOwn says whether a parameter of the query belongs to the signature.
func (s *SigV4) isOwn(name string) bool {
	switch name {
	case "X-Amz-Algorithm", "X-Amz-Credential", "X-Amz-Date", "X-Amz-Expires", "X-Amz-SignedHeaders", "X-Amz-Signature":
		return true
	}
	return name == "X-Amz-Security-Token" && s.SessionToken != ""
}

// check says which field cannot be used.
func (s *SigV4) check() error {
	for _, field := range []pair{
		{"service", s.Service},
		{"region", s.Region},
		{"accessKeyId", s.AccessKeyID},
		{"secretAccessKey", s.SecretAccessKey},
		{"sessionToken", s.SessionToken},
	} {
		if field.value == "" && field.name != "sessionToken" {
			return fmt.Errorf("aws-sigv4: %s is empty", field.name)
		}
		if strings.ContainsFunc(field.value, func(c rune) bool { return unicode.IsSpace(c) || unicode.IsControl(c) }) {
			return fmt.Errorf("aws-sigv4: %s has a blank or a line break; was it pasted with one?", field.name)
		}
	}
	return nil
}

func (s *SigV4) now() string { return s.Now().UTC().Format(sigV4Time) }

// scope is what a signature is good for, besides the request.
func (s *SigV4) scope(now string) string {
	return now[:8] + "/" + s.Region + "/" + s.Service + "/aws4_request"
}

// signature signs a canonical request.
func (s *SigV4) signature(now, canonical string) sigV4Signature {
	toSign := sigV4Algorithm + "\n" + now + "\n" + s.scope(now) + "\n" + hashOf([]byte(canonical))
	key := []byte("AWS4" + s.SecretAccessKey)
	for _, part := range []string{now[:8], s.Region, s.Service, "aws4_request"} {
		key = hmacSHA256(key, part)
	}
	return sigV4Signature{canonical, toSign, hex.EncodeToString(hmacSHA256(key, toSign))}
}

func hmacSHA256(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

// hashOf gives the SHA-256 of a body, in hexadecimal.
func hashOf(body []byte) string {
	sum := sha256.Sum256(body)
	return hex.EncodeToString(sum[:])
}

var errNotAbsolute = errors.New("a request is signed for an absolute URL with a host, such as https://api.example.com/")

// checkRequest says whether r has what every signature needs.
func checkRequest(r *Request) error {
	if r.URL == nil || r.URL.Host == "" || !strings.HasPrefix(r.URL.RequestURI(), "/") {
		return errNotAbsolute
	}
	if r.Header == nil {
		r.Header = http.Header{}
	}
	return nil
}
