package token

import (
	"bytes"
	"encoding/json"
	"fmt"
	"net/http"
	"net/netip"
	"net/url"
	"strconv"
	"strings"

	"github.com/connector-spec/connector/auth/sign"
)

// The formats of parameters (tokenFormat of a spec).
const (
	FormatForm  = "form"  // RFC 6749 4.1.3
	FormatJSON  = "json"  // one JSON object of strings
	FormatQuery = "query" // in the URL, with an empty body
)

const typeForm = "application/x-www-form-urlencoded"

// write puts the parameters into the request.
func (e *Endpoint) write(r *sign.Request, p Params) error {
	switch e.Method {
	case "", http.MethodPost:
	case http.MethodGet:
		if e.Format == FormatJSON {
			return fmt.Errorf("its format is json, which a GET cannot send; it sends parameters in the query")
		}
		r.Method = http.MethodGet
		addQuery(r.URL, p)
		return nil
	default:
		return fmt.Errorf("its method is %s, not POST or GET", strconv.QuoteToASCII(e.Method))
	}
	switch e.Format {
	case "", FormatForm:
		r.Body = []byte(p.encode())
		defaultHeader(r.Header, "Content-Type", typeForm)
	case FormatJSON:
		r.Body = p.json()
		defaultHeader(r.Header, "Content-Type", "application/json")
	case FormatQuery:
		addQuery(r.URL, p)
	default:
		return fmt.Errorf("its format is %s, not form, json or query", strconv.QuoteToASCII(e.Format))
	}
	return nil
}

// addQuery appends the parameters to what the URL has.
func addQuery(u *url.URL, p Params) {
	query := p.encode()
	if u.RawQuery != "" && query != "" {
		u.RawQuery += "&"
	}
	u.RawQuery += query
}

// encode gives the parameters as a form, in their order.
func (p Params) encode() string {
	var b strings.Builder
	for i, param := range p {
		if i > 0 {
			b.WriteByte('&')
		}
		b.WriteString(url.QueryEscape(param.Name))
		b.WriteByte('=')
		b.WriteString(url.QueryEscape(param.Value))
	}
	return b.String()
}

// json gives the parameters as a JSON object, a name with several values as a
// list of them.
func (p Params) json() []byte {
	var names []string
	values := map[string][]string{}
	for _, param := range p {
		if values[param.Name] == nil {
			names = append(names, param.Name)
		}
		values[param.Name] = append(values[param.Name], param.Value)
	}
	var b bytes.Buffer
	b.WriteByte('{')
	for i, name := range names {
		if i > 0 {
			b.WriteByte(',')
		}
		b.Write(jsonText(name))
		b.WriteByte(':')
		if list := values[name]; len(list) > 1 {
			b.Write(jsonText(list))
		} else {
			b.Write(jsonText(list[0]))
		}
	}
	b.WriteByte('}')
	return b.Bytes()
}

// jsonText is json.Marshal of strings, and without its escapes for HTML.
func jsonText(value any) []byte {
	var b bytes.Buffer
	encoder := json.NewEncoder(&b)
	encoder.SetEscapeHTML(false)
	_ = encoder.Encode(value) // strings can be encoded
	return bytes.TrimRight(b.Bytes(), "\n")
}

// renamed gives the parameters by the names that the server knows.
func (e *Endpoint) renamed(p Params) Params {
	if len(e.Rename) == 0 {
		return p
	}
	out := make(Params, len(p))
	for i, param := range p {
		out[i] = Param{Name: e.name(param.Name), Value: param.Value}
	}
	return out
}

// name gives the server's name of a parameter.
func (e *Endpoint) name(standard string) string {
	if name := e.Rename[standard]; name != "" {
		return name
	}
	return standard
}

// headers gives the request's header without what authenticates the client.
func (e *Endpoint) headers() (http.Header, error) {
	out := make(http.Header, len(e.Header)+4)
	for name, values := range e.Header {
		if err := checkHeader(name, values); err != nil {
			return nil, err
		}
		name = http.CanonicalHeaderKey(name)
		out[name] = append(out[name], values...)
	}
	if e.Server.DPoP != nil && out["Dpop"] != nil {
		return nil, fmt.Errorf("the header DPoP is declared, and made for each request besides")
	}
	defaultHeader(out, "Accept", "application/json")
	defaultHeader(out, "User-Agent", "connector")
	return out, nil
}

func defaultHeader(h http.Header, name, value string) {
	if _, ok := h[name]; !ok {
		h[name] = []string{value}
	}
}

// ownHeaders are those that the connection makes, by canonical name.
var ownHeaders = map[string]bool{
	"Connection": true, "Content-Length": true, "Expect": true, "Host": true, "Proxy-Authorization": true,
	"Te": true, "Trailer": true, "Transfer-Encoding": true, "Upgrade": true,
}

// checkHeader says what is wrong with a header (RFC 9110 5.1, 5.5), before
// net/http would, whose error quotes the value.
func checkHeader(name string, values []string) error {
	quoted := strconv.QuoteToASCII(name)
	switch {
	case name == "" || strings.ContainsFunc(name, notToken):
		return fmt.Errorf("the header %s has a name that cannot be sent", quoted)
	case ownHeaders[http.CanonicalHeaderKey(name)]:
		return fmt.Errorf("the header %s is the connection's own and cannot be declared", quoted)
	}
	for _, value := range values {
		if strings.ContainsFunc(value, isControl) {
			return fmt.Errorf("the header %s cannot be sent: its value holds a line break or another control character", quoted)
		}
	}
	return nil
}

func notToken(r rune) bool {
	switch {
	case 'a' <= r && r <= 'z', 'A' <= r && r <= 'Z', '0' <= r && r <= '9':
		return false
	}
	return !strings.ContainsRune("!#$%&'*+-.^_`|~", r)
}

func isControl(r rune) bool { return r < ' ' && r != '\t' || r == 0x7f }

// isLoopback says of a host whether it is this machine.
func isLoopback(host string) bool {
	addr, err := netip.ParseAddr(host)
	return err == nil && addr.Unmap().IsLoopback() || strings.EqualFold(host, "localhost")
}
