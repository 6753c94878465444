package apis

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// A sigV4Verifier checks AWS Signature Version 4 in the Authorization header,
// as S3 has it: the path is encoded once and not normalised, and the hash of the
// body stands in a header. See "Authenticating Requests (AWS Signature Version 4)",
// https://docs.aws.amazon.com/AmazonS3/latest/API/sig-v4-authenticating-requests.html.
type sigV4Verifier struct {
	service, region              string
	accessKeyID, secretAccessKey string
}

const sigV4Algorithm = "AWS4-HMAC-SHA256"

// verify gives the error code of S3 if a request is not signed as it must be;
// "" if it is.
func (v *sigV4Verifier) verify(r *http.Request, body []byte) string {
	fields, ok := strings.CutPrefix(r.Header.Get("Authorization"), sigV4Algorithm+" ")
	if !ok {
		return "AccessDenied"
	}
	parts := map[string]string{}
	for part := range strings.SplitSeq(fields, ",") {
		name, value, _ := strings.Cut(strings.TrimSpace(part), "=")
		parts[name] = value
	}
	date := r.Header.Get("X-Amz-Date")
	at, err := time.Parse("20060102T150405Z", date)
	if err != nil {
		return "AccessDenied"
	}
	accessKey, scope, _ := strings.Cut(parts["Credential"], "/")
	signed := strings.Split(parts["SignedHeaders"], ";")
	switch {
	case accessKey != v.accessKeyID:
		return "InvalidAccessKeyId"
	case scope != v.scope(date):
		return "AuthorizationHeaderMalformed"
	case time.Since(at).Abs() > 15*time.Minute:
		return "RequestTimeTooSkewed"
	case r.Header.Get("X-Amz-Content-Sha256") != sha256Hex(body):
		return "XAmzContentSHA256Mismatch"
	case !v.covers(r, signed):
		return "AccessDenied"
	}
	text := strings.Join([]string{sigV4Algorithm, date, scope, sha256Hex([]byte(canonicalRequest(r, signed)))}, "\n")
	sent, err := hex.DecodeString(parts["Signature"])
	if err != nil || !hmac.Equal(sent, hmacSHA256(v.key(date), text)) {
		return "SignatureDoesNotMatch"
	}
	return ""
}

// scope is what a signature is good for: a day, a region and a service.
func (v *sigV4Verifier) scope(date string) string {
	return strings.Join([]string{date[:8], v.region, v.service, "aws4_request"}, "/")
}

// covers tells whether the host and all headers of AWS are signed, in order.
func (v *sigV4Verifier) covers(r *http.Request, signed []string) bool {
	for name := range r.Header {
		if name = strings.ToLower(name); strings.HasPrefix(name, "x-amz-") && !slices.Contains(signed, name) {
			return false
		}
	}
	return slices.Contains(signed, "host") && slices.IsSorted(signed)
}

// canonicalRequest is the request in the form in which both sides sign it.
func canonicalRequest(r *http.Request, signed []string) string {
	var headers strings.Builder
	for _, name := range signed {
		value := strings.Join(r.Header.Values(name), ",")
		if name == "host" {
			value = r.Host
		}
		headers.WriteString(name + ":" + strings.Join(strings.Fields(value), " ") + "\n")
	}
	path := strings.Split(r.URL.Path, "/")
	for i := range path {
		path[i] = percentEncode(path[i])
	}
	var query []string
	for part := range strings.SplitSeq(r.URL.RawQuery, "&") {
		if name, value, _ := strings.Cut(part, "="); part != "" {
			query = append(query, percentEncode(unescaped(name))+"="+percentEncode(unescaped(value)))
		}
	}
	sortPairs(query)
	return strings.Join([]string{
		r.Method, strings.Join(path, "/"), strings.Join(query, "&"), headers.String(),
		strings.Join(signed, ";"), r.Header.Get("X-Amz-Content-Sha256"),
	}, "\n")
}

// unescaped decodes a part of a query, however it is encoded.
func unescaped(part string) string {
	if text, err := url.QueryUnescape(part); err == nil {
		return text
	}
	return part
}

// key is the key of a day, a region and a service.
func (v *sigV4Verifier) key(date string) []byte {
	key := []byte("AWS4" + v.secretAccessKey)
	for _, part := range strings.Split(v.scope(date), "/") {
		key = hmacSHA256(key, part)
	}
	return key
}

func hmacSHA256(key []byte, text string) []byte {
	mac := hmac.New(sha256.New, key)
	mac.Write([]byte(text))
	return mac.Sum(nil)
}

func sha256Hex(data []byte) string {
	sum := sha256.Sum256(data)
	return hex.EncodeToString(sum[:])
}
