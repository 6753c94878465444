package auth

import (
	"net/http"

	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/spec/method"
)

// scripts returns what the methods that are scripts take from the run.
func (l *life) scripts() method.Scripts {
	s := method.Scripts{Engine: l.Engine, Files: l.Files, Fetch: &plainClient{l}, Wait: l.wait, Timeout: 2 * l.timeout}
	if l.log != nil {
		s.Log = func(method, level, line string) {
			if l.redactor != nil {
				line = l.redactor.Redact(line)
			}
			l.log(method, level, cut(line, maxLogLine))
		}
	}
	return s
}

// The bounds of what is shown of a script's own words, in characters.
const (
	maxLogLine = 4000
	maxThrown  = 1000
)

// cut returns at most so many characters of a text, which has been redacted: a
// redactor finds whole secrets only.
func cut(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most]) + "…"
	}
	return text
}

// call returns a call of a method with what the run gives to all.
func (l *life) call(c method.Call) method.Call {
	c.Run, c.Scripts = l.run, l.scripts()
	return c
}

// A plainClient sends the requests that scripts send by themselves: to the API
// and the origins that the spec and its scripts write out, and with nothing of
// the connection's. Nobody but the script's author has seen these addresses, so none
// of them is trusted to be a private one.
type plainClient struct{ *life }

// Do sends a request to one of the named origins.
func (p *plainClient) Do(req *http.Request) (*http.Response, error) {
	origins, err := p.namedOrigins()
	if err != nil {
		return nil, err
	}
	imports, err := p.imports()
	if err != nil {
		return nil, err
	}
	origins = append(origins, originsOf(imports.Origins)...)
	if p.base != (client.Origin{}) {
		origins = append(origins, p.base)
	}
	for i := range origins {
		origins[i].Literal = false
	}
	c, err := client.New(client.Config{Origins: origins, Timeout: p.requestTimeout(0)}, p.transport)
	if err != nil {
		return nil, err
	}
	if origin, err := client.ParseOrigin(req.URL.String()); err == nil {
		p.result.host(origin.String())
	}
	return c.Do(req)
}

// digest returns the digest of the connector and of the files that its scripts
// import.
func (s Subject) digest() string { return method.Digest(s.Connector, s.Methods, s.Files) }
