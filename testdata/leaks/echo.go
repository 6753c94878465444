package leaks

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net/http"
	"net/url"
	"regexp"
	"slices"
	"strings"
	"sync"
)

// A Way is how a server sends secrets back.
type Way struct {
	Encoding
	Place Place
	// At is the request, from 1, that is answered with an error in the ways that
	// end a run; 0 is the last kind of request there is, see Echo.Last.
	At int
}

func (w Way) String() string {
	text := string(w.Place) + ", " + w.Name
	if w.Place.Ends() {
		text += fmt.Sprintf(", request %d", w.At)
	}
	return text
}

// A Place is where in its answers a server puts secrets.
type Place string

// The places. The first ones leave an answer such that a run goes on.
const (
	InBody    Place = "body"             // members beside those that there are, and within texts
	InHeaders Place = "headers"          // Link, Set-Cookie and others of an answer
	InStatus  Place = "status text"      // of an answer that is fine
	InChunks  Place = "body in chunks"   // of three bytes
	InError   Place = "OAuth error"      // 400, with error_description
	InMessage Place = "API error"        // 401, with a message and a challenge
	InCode    Place = "error code"       // the secret is the code
	InPage    Place = "HTML page"        // 400
	InText    Place = "text"             // 500
	InReturn  Place = "page"             // 200, that is no JSON
	InMove    Place = "redirect"         // to another host, and to the same
	InType    Place = "content type"     // of an answer that is none
	InBreak   Place = "broken"           // the body ends in an error that quotes it
	InNothing Place = "no answer"        // the transport's error quotes it
	InNames   Place = "names of members" // of an object that stands in for the answer
)

// Places lists all places.
func Places() []Place {
	return []Place{
		InBody, InHeaders, InStatus, InChunks,
		InError, InMessage, InCode, InPage, InText, InReturn, InMove, InType, InBreak, InNothing, InNames,
	}
}

// Ends tells whether a run ends with an answer that has secrets in this place.
func (p Place) Ends() bool {
	switch p {
	case InBody, InHeaders, InStatus, InChunks:
		return false
	}
	return true
}

// An Echo sends requests on, and puts what was secret in them, and in those
// before them, into the answers. It is safe for concurrent use.
type Echo struct {
	Next     http.RoundTripper
	Canaries *Canaries
	Way      Way
	// Derived tells the names of headers and parameters whose values are made of
	// secrets; they become canaries. Those that standards have are known.
	Derived func(name string) bool
	// Silent tells requests that are left alone; nil for none.
	Silent func(*http.Request) bool
	// Forgets has each answer say what is secret in its own request alone, where
	// several runs go over one network.
	Forgets bool
	// Compose puts secrets into a body in another way; nil for the usual one.
	Compose func(resp *http.Response, body []byte, secrets []string) []byte

	mu      sync.Mutex
	seen    []string
	planted int
	number  int
}

// Planted counts the secrets that were sent back, each as often as it was.
func (e *Echo) Planted() int {
	e.mu.Lock()
	defer e.mu.Unlock()
	return e.planted
}

// RoundTrip sends a request on.
func (e *Echo) RoundTrip(req *http.Request) (*http.Response, error) {
	var body []byte
	if req.Body != nil {
		var err error
		if body, err = io.ReadAll(req.Body); err != nil {
			return nil, err
		}
		_ = req.Body.Close()
		next := *req
		next.Body = io.NopCloser(bytes.NewReader(body))
		req = &next
	}
	secrets, ends := e.learn(req, body)
	if ends && e.Way.Place == InNothing {
		return nil, &url.Error{Op: req.Method, URL: req.URL.String(), Err: errors.New("closed after " + strings.Join(secrets, " "))}
	}
	resp, err := e.Next.RoundTrip(req)
	if err != nil || e.Silent != nil && e.Silent(req) || len(secrets) == 0 {
		return resp, err
	}
	got, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	if err != nil {
		return nil, err
	}
	e.spoil(resp, got, secrets, ends)
	return resp, nil
}

// learn notes the secrets of a request and returns all so far, and whether its
// answer is to end the run.
func (e *Echo) learn(req *http.Request, body []byte) (secrets []string, ends bool) {
	e.derive(req, body)
	var b strings.Builder
	b.WriteString(req.URL.String() + "\n")
	for name, values := range req.Header {
		b.WriteString(name + ": " + strings.Join(values, "\n") + "\n")
	}
	b.Write(body)
	sent := e.Canaries.Sent(b.String())
	e.mu.Lock()
	defer e.mu.Unlock()
	if e.Forgets {
		e.seen = nil
	}
	for _, s := range sent {
		if !slices.Contains(e.seen, s) {
			e.seen = append(e.seen, s)
		}
	}
	if e.Silent == nil || !e.Silent(req) {
		e.number++
		e.planted += len(e.seen)
	}
	return slices.Clone(e.seen), e.Way.Place.Ends() && e.number == max(1, e.Way.At)
}

// made finds what standards make of secrets, by names of parameters.
var made = regexp.MustCompile(`\b(oauth_signature|Signature|PasswordDigest|response)="?([^"&,\s]{16,})`)

// token finds JSON Web Tokens; what is signed says nothing.
var token = regexp.MustCompile(`eyJ[\w-]+\.[\w-]+\.([\w-]{20,})`)

// derive makes what was made of secrets canaries.
func (e *Echo) derive(req *http.Request, body []byte) {
	add := func(name, value string) {
		for _, m := range made.FindAllStringSubmatch(value, -1) {
			e.Canaries.Add(m[1], m[2])
			if plain, err := url.PathUnescape(m[2]); err == nil { // of OAuth 1
				e.Canaries.Add(m[1], plain)
			}
		}
		for _, m := range token.FindAllStringSubmatch(value, -1) {
			e.Canaries.AddPart("the JWT in "+name, m[0], m[1])
		}
		switch name {
		case "state", "nonce", "code_verifier", "oauth_signature", "oauth_verifier":
			e.Canaries.Add(name, value)
		}
		if e.Derived != nil && e.Derived(name) {
			e.Canaries.Add(name, value[strings.LastIndexByte(value, ' ')+1:])
		}
	}
	for name, values := range req.Header {
		add(name, strings.Join(values, "\n"))
	}
	queries := []url.Values{req.URL.Query()}
	if form, err := url.ParseQuery(string(body)); err == nil {
		queries = append(queries, form)
	}
	for _, query := range queries {
		for name, values := range query {
			add(name, strings.Join(values, "\n"))
		}
	}
}

// spoil puts secrets into an answer.
func (e *Echo) spoil(resp *http.Response, got []byte, secrets []string, ends bool) {
	way := e.Way
	encoded := make([]string, len(secrets))
	for i, s := range secrets {
		encoded[i] = way.Encode(s)
	}
	all := strings.Join(encoded, " ")
	flat := strings.NewReplacer("\r", "", "\n", "").Replace(all)
	var body io.Reader
	switch {
	case ends:
		body = e.end(resp, way, secrets, all, flat)
	case resp.StatusCode >= 300 && resp.StatusCode < 400:
		e.returning(resp, flat)
		body = bytes.NewReader(got)
	case way.Place == InBody:
		body = bytes.NewReader(e.within(resp, got, secrets))
	case way.Place == InChunks:
		body = &chunks{e.within(resp, got, secrets), 3}
	case way.Place == InHeaders:
		for _, name := range []string{"Link", "Set-Cookie", "X-Echo", "WWW-Authenticate", "Www-Authenticate", "Retry-After", "Deprecation", "Content-Language", "Location"} {
			resp.Header.Add(name, flat)
		}
		body = bytes.NewReader(got)
	case way.Place == InStatus:
		resp.Status = fmt.Sprintf("%d %s", resp.StatusCode, flat)
		body = bytes.NewReader(got)
	default:
		body = bytes.NewReader(got)
	}
	resp.Header.Del("Content-Length")
	resp.ContentLength, resp.Body = -1, io.NopCloser(body)
}

// end makes an answer one that ends the run.
func (e *Echo) end(resp *http.Response, way Way, secrets []string, all, flat string) io.Reader {
	text := make([]string, len(secrets))
	for i, s := range secrets {
		text[i] = way.InJSON(s)
	}
	words := strings.ReplaceAll(strings.Join(text, " "), `" "`, " ")
	set := func(status int, kind, body string) io.Reader {
		resp.StatusCode, resp.Status = status, fmt.Sprintf("%d %s", status, flat)
		resp.Header = http.Header{"Content-Type": {kind}}
		return strings.NewReader(body)
	}
	switch way.Place {
	case InError:
		return set(400, "application/json", `{"error":"invalid_grant","error_description":`+words+`,"error_uri":`+words+`}`)
	case InMessage:
		r := set(401, "application/json", `{"message":`+words+`,"errors":[{"message":`+words+`}],"detail":`+words+`}`)
		resp.Header.Set("WWW-Authenticate", `Bearer realm="`+flat+`", error="invalid_token", error_description="`+flat+`"`)
		return r
	case InCode:
		return set(400, "application/json", `{"error":`+way.InJSON(secrets[len(secrets)-1])+`,"code":`+words+`}`)
	case InPage:
		return set(400, "text/html", "<html><head><title>"+all+"</title></head><body><h1>"+all+"</h1></body></html>")
	case InText:
		return set(500, "text/plain", all)
	case InReturn:
		return set(200, "text/plain", all)
	case InMove:
		resp.StatusCode, resp.Status = 302, "302 "+flat
		resp.Header = http.Header{"Location": {"https://" + "other.example/" + url.PathEscape(flat) + "?x=" + url.QueryEscape(flat)}}
		return strings.NewReader("")
	case InType:
		return set(200, "text/x-"+flat, all)
	case InBreak:
		return io.MultiReader(strings.NewReader(`{"access_token":`), failing{errors.New("unexpected " + all)})
	case InNames:
		var b strings.Builder
		for i, name := range text {
			fmt.Fprintf(&b, `,%s:%d`, name, i)
		}
		return set(200, "application/json", "{"+b.String()[1:]+"}")
	}
	return strings.NewReader("")
}

// returning puts secrets into the address of a callback.
func (e *Echo) returning(resp *http.Response, flat string) {
	u, err := url.Parse(resp.Header.Get("Location"))
	if err != nil || u.Query().Get("code")+u.Query().Get("oauth_verifier") == "" {
		return
	}
	resp.Header.Set("Location", u.String()+"&echo="+url.QueryEscape(flat))
	resp.Header.Set("Set-Cookie", "echo="+flat)
	resp.Status = "302 " + flat
}

// within puts secrets into a body.
func (e *Echo) within(resp *http.Response, got []byte, secrets []string) []byte {
	if e.Compose != nil {
		return e.Compose(resp, got, secrets)
	}
	return Beside(resp, got, e.Way.Encoding, secrets)
}

// Beside puts secrets beside what is in a body.
func Beside(resp *http.Response, got []byte, way Encoding, secrets []string) []byte {
	var object map[string]json.RawMessage
	var b strings.Builder
	switch kind := resp.Header.Get("Content-Type"); {
	case json.Unmarshal(got, &object) == nil && object != nil:
		at := bytes.LastIndexByte(got, '}')
		b.Write(bytes.TrimRight(got[:at], " \n"))
		if len(object) > 0 {
			b.WriteByte(',')
		}
		b.WriteString(`"echo":[`)
		for i, s := range secrets {
			if i > 0 {
				b.WriteByte(',')
			}
			text := way.InJSON(s)
			fmt.Fprintf(&b, `%s,{"said":"before %s after",%s:true}`, text, inner(text), text)
		}
		b.WriteString("]}")
		return []byte(b.String())
	case strings.HasPrefix(kind, "application/x-www-form-urlencoded"):
		b.Write(got)
		for _, s := range secrets {
			b.WriteString("&echo=" + url.QueryEscape(way.Encode(s)))
		}
		return []byte(b.String())
	}
	return got
}

// chunks gives a body a few bytes at a time.
type chunks struct {
	rest []byte
	size int
}

// Read gives the next bytes.
func (c *chunks) Read(p []byte) (int, error) {
	if len(c.rest) == 0 {
		return 0, io.EOF
	}
	n := copy(p[:min(c.size, len(p))], c.rest)
	c.rest = c.rest[n:]
	return n, nil
}

// failing is a body that breaks off.
type failing struct{ err error }

// Read gives why.
func (f failing) Read([]byte) (int, error) { return 0, f.err }
