package client

import (
	"encoding/base64"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// reserved are the headers that belong to the connection, not to the spec.
var reserved = map[string]bool{
	"Connection": true, "Content-Length": true, "Keep-Alive": true,
	"Proxy-Authorization": true, "Proxy-Connection": true, "Te": true,
	"Trailer": true, "Transfer-Encoding": true, "Upgrade": true,
}

// check says which field of the config cannot be sent.
func (c *Config) check() error {
	for _, f := range c.Header {
		if err := checkHeader(f.Name, f.Value); err != nil {
			return err
		}
		if strings.EqualFold(f.Name, "Host") {
			return &FieldError{Where: "header", Name: f.Name, Problem: "it follows from the URL"}
		}
	}
	for _, f := range c.Query {
		if f.Name == "" {
			return &FieldError{Where: "query", Problem: "a parameter needs a name"}
		}
	}
	for _, f := range c.Cookies {
		if !isToken(f.Name) {
			return &FieldError{Where: "cookie", Name: f.Name, Problem: "the name of a cookie may hold letters, digits and -_.!#$%&'*+^`|~ only"}
		}
		if problem := valueProblem(f.Value); problem != "" {
			return &FieldError{Where: "cookie", Name: f.Name, Problem: problem}
		}
		if strings.ContainsAny(f.Value, ";") {
			return &FieldError{Where: "cookie", Name: f.Name, Problem: "its value has a semicolon"}
		}
	}
	if c.Basic != nil {
		if strings.Contains(c.Basic.Username, ":") {
			return &FieldError{Where: "basic", Name: "username", Problem: "a user name with a colon cannot be sent (RFC 7617)"}
		}
		for name, value := range map[string]string{"username": c.Basic.Username, "password": c.Basic.Password} {
			if problem := valueProblem(value); problem != "" {
				return &FieldError{Where: "basic", Name: name, Problem: problem}
			}
		}
	}
	if problem := valueProblem(c.UserAgent); problem != "" {
		return &FieldError{Where: "header", Name: "User-Agent", Problem: problem}
	}
	if err := c.TLS.check(); err != nil {
		return err
	}
	return checkData(c.Data)
}

// checkHeader says why a header cannot be sent.
func checkHeader(name, value string) error {
	if !isToken(name) {
		return &FieldError{Where: "header", Name: name, Problem: "the name of a header may hold letters, digits and -_.!#$%&'*+^`|~ only"}
	}
	if reserved[http.CanonicalHeaderKey(name)] {
		return &FieldError{Where: "header", Name: name, Problem: "it belongs to the connection and is set by the client; leave it out"}
	}
	if problem := valueProblem(value); problem != "" {
		return &FieldError{Where: "header", Name: name, Problem: problem}
	}
	return nil
}

// valueProblem says what is wrong with the value of a header or cookie.
func valueProblem(value string) string {
	for i := range len(value) {
		switch c := value[i]; {
		case c == '\r' || c == '\n':
			return "its value has a line break; was it pasted with one at the end?"
		case c < ' ' || c == 0x7f:
			return "its value has a control character"
		}
	}
	return ""
}

// isToken says whether name is a token (RFC 9110 5.6.2).
func isToken(name string) bool {
	for i := range len(name) {
		if !isAlnum(name[i]) && !strings.ContainsRune("!#$%&'*+-.^_`|~", rune(name[i])) {
			return false
		}
	}
	return name != ""
}

// prepare gives the request with all that the config adds.
func (c *sender) prepare(req *http.Request, body []byte, target *url.URL) (*outgoing, error) {
	out := &outgoing{method: req.Method, body: body}
	if out.method == "" {
		out.method = http.MethodGet
	}
	if !isToken(out.method) {
		return nil, &FieldError{Where: "method", Name: out.method, Problem: "it is not an HTTP method"}
	}
	if req.Host != "" && !strings.EqualFold(req.Host, target.Host) {
		return nil, &FieldError{Where: "header", Name: "Host", Problem: "it follows from the URL and cannot be another"}
	}
	u := *target
	u.RawQuery = c.withConfigQuery(target.RawQuery)
	out.url = &u
	if err := c.addHeaders(out, req.Header, target.Host); err != nil {
		return nil, err
	}
	return out, c.addData(out)
}

// withConfigQuery appends the config's parameters that query does not have.
func (c *sender) withConfigQuery(query string) string {
	if len(c.config.Query) == 0 {
		return query
	}
	taken := queryNames(query)
	for _, f := range c.config.Query {
		if !taken[f.Name] {
			query = joinQuery(query, escapeQuery(f.Name)+"="+escapeQuery(f.Value))
		}
	}
	return query
}

// escapeQuery escapes a name or value; a blank becomes %20, which every
// server reads.
func escapeQuery(text string) string {
	return strings.ReplaceAll(url.QueryEscape(text), "+", "%20")
}

// addHeaders puts the headers of the request, then those of the config.
func (c *sender) addHeaders(out *outgoing, own http.Header, host string) error {
	out.header = make(http.Header, len(own)+len(c.config.Header)+4)
	out.headers = make([]string, 0, len(own)+len(c.config.Header)+4)
	for name, values := range own {
		key := http.CanonicalHeaderKey(name)
		if key == "Host" {
			if len(values) == 1 && strings.EqualFold(values[0], host) {
				continue
			}
			return &FieldError{Where: "header", Name: name, Problem: "it follows from the URL and cannot be another"}
		}
		for _, value := range values {
			if err := checkHeader(name, value); err != nil {
				return err
			}
			if value = trim(value); value != "" {
				out.add(key, value)
			}
		}
	}
	request := out.headers // the request's own
	for _, f := range c.config.Header {
		if key := http.CanonicalHeaderKey(f.Name); !slices.Contains(request, key) {
			out.add(key, trim(f.Value))
		}
	}
	if b := c.config.Basic; b != nil && !slices.Contains(request, "Authorization") {
		delete(out.header, "Authorization")
		out.add("Authorization", "Basic "+base64.StdEncoding.EncodeToString([]byte(b.Username+":"+b.Password)))
	}
	c.addCookies(out)
	slices.Sort(out.headers)
	out.headers = slices.Compact(out.headers)
	if out.header["User-Agent"] == nil {
		out.header["User-Agent"] = []string{c.config.UserAgent}
	}
	return nil
}

// add adds a header by its canonical name.
func (o *outgoing) add(key, value string) {
	if o.header[key] == nil {
		o.headers = append(o.headers, key)
	}
	o.header[key] = append(o.header[key], value)
}

// addCookies appends the config's cookies that the request does not have.
func (c *sender) addCookies(out *outgoing) {
	if len(c.config.Cookies) == 0 {
		return
	}
	pairs := strings.Join(out.header["Cookie"], "; ")
	taken := map[string]bool{}
	for pair := range strings.SplitSeq(pairs, ";") {
		name, _, _ := strings.Cut(strings.TrimSpace(pair), "=")
		taken[name] = true
	}
	for _, f := range c.config.Cookies {
		if taken[f.Name] {
			continue
		}
		if pairs != "" {
			pairs += "; "
		}
		pairs += f.Name + "=" + f.Value
	}
	delete(out.header, "Cookie")
	out.add("Cookie", pairs)
}

// trim takes off the blanks that HTTP does not count to a value.
func trim(value string) string {
	for value != "" && isBlank(value[0]) {
		value = value[1:]
	}
	for value != "" && isBlank(value[len(value)-1]) {
		value = value[:len(value)-1]
	}
	return value
}

func isBlank(c byte) bool { return c == ' ' || c == '\t' }
