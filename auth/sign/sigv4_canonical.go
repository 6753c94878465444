package sign

import (
	"encoding/hex"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// s3Kin are the services that sign as S3 does.
var s3Kin = map[string]bool{"s3": true, "s3-outposts": true, "s3express": true, "s3-object-lambda": true}

func (s *SigV4) isS3() bool { return s3Kin[s.Service] }

// payload gives what stands for the body in a signature: hash, or what the
// request says itself.
func (s *SigV4) payload(r *Request, hash string) string {
	own := r.Header.Get("X-Amz-Content-Sha256")
	if own == "" || r.Body != nil && isHash(own) {
		return hash
	}
	return own
}

// isHash says whether s is a SHA-256 in hexadecimal. An earlier signature may
// have put it there, for another body.
func isHash(s string) bool {
	_, err := hex.DecodeString(s)
	return err == nil && len(s) == 64
}

// canonicalRequest writes the request in the one way that is signed.
func (s *SigV4) canonicalRequest(r *Request, signed, fields, payload string) string {
	return strings.Join([]string{
		method(r),
		s.canonicalPath(r.URL),
		normalPairs(readPairs(r.URL.RawQuery)),
		fields,
		signed,
		payload,
	}, "\n")
}

// method gives the method of the request line.
func method(r *Request) string {
	if r.Method == "" {
		return "GET"
	}
	return r.Method
}

// sentPath gives the path of the request line.
func sentPath(u *url.URL) string {
	path, _, _ := strings.Cut(u.RequestURI(), "?")
	return path
}

// canonicalPath gives the path that is signed. S3 undoes escapes and escapes
// once, its own way: an escaped slash is the slash of the object's name. Other
// services take the path as it is sent and escape that, escapes included.
func (s *SigV4) canonicalPath(u *url.URL) string {
	path := sentPath(u)
	if s.isS3() || s.PathAsSent {
		return escapePath(unescape(path))
	}
	return escapePath(normalPath(path))
}

// normalPath takes the segments "", "." and ".." out of a path that begins
// with a slash. Unlike in RFC 3986 5.2.4 a slash at the end is there only if
// there was one, as in the signers of AWS.
func normalPath(path string) string {
	var segments []string
	for segment := range strings.SplitSeq(path, "/") {
		switch segment {
		case "", ".":
		case "..":
			segments = segments[:max(len(segments)-1, 0)]
		default:
			segments = append(segments, segment)
		}
	}
	normal := "/" + strings.Join(segments, "/")
	if strings.HasSuffix(path, "/") && len(segments) > 0 {
		normal += "/"
	}
	return normal
}

// unsignedHeaders are not signed: what belongs to one connection (RFC 9110
// 7.6.1) and is changed or dropped by proxies, and what transports and load
// balancers write anew. All others are signed, which AWS wants for Host,
// Content-Type and X-Amz-*, and accepts for the rest.
var unsignedHeaders = map[string]bool{
	"accept-encoding":     true,
	"connection":          true,
	"expect":              true,
	"keep-alive":          true,
	"proxy-authorization": true,
	"proxy-connection":    true,
	"te":                  true,
	"trailer":             true,
	"transfer-encoding":   true,
	"upgrade":             true,
	"user-agent":          true,
	"x-amzn-trace-id":     true,
}

// canonicalHeader gives the names of the headers that are signed, and the
// headers as they are signed, a line each. Host is the URL's.
func canonicalHeader(r *Request) (signed, fields string) {
	values := map[string][]string{"host": {sentHost(r.URL)}}
	for _, sent := range slices.Sorted(maps.Keys(r.Header)) {
		name := strings.ToLower(sent)
		if own := r.Header[sent]; name != "host" && len(own) > 0 && !unsignedHeaders[name] {
			values[name] = append(values[name], own...)
		}
	}
	names := slices.Sorted(maps.Keys(values))
	var b strings.Builder
	for _, name := range names {
		b.WriteString(name + ":" + canonicalValues(values[name]) + "\n")
	}
	return strings.Join(names, ";"), b.String()
}

// canonicalValues joins the values of a header. Blanks at their ends are
// dropped, and those within become one.
func canonicalValues(values []string) string {
	trimmed := make([]string, len(values))
	for i, value := range values {
		trimmed[i] = strings.Join(strings.FieldsFunc(value, isBlank), " ")
	}
	return strings.Join(trimmed, ",")
}

// isBlank says whether c is a blank of ASCII.
func isBlank(c rune) bool { return c == ' ' || '\t' <= c && c <= '\r' }

// sentHost gives the host and port that a request is sent to, without a
// default port.
func sentHost(u *url.URL) string {
	switch port := u.Port(); {
	case port == "80" && strings.EqualFold(u.Scheme, "http"), port == "443" && strings.EqualFold(u.Scheme, "https"):
		return strings.TrimSuffix(u.Host, ":"+port)
	}
	return u.Host
}
