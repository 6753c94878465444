package apis

import (
	"bytes"
	"cmp"
	"encoding/json"
	"fmt"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

// Public is the server as a browser can use it, which knows nothing of routes:
// who was sent to the server's own address is a user at its login.
func (a API) Public() http.Handler {
	login := cmp.Or(a.Login, a.Origin)
	if u, err := url.Parse(login); err == nil {
		login = u.Host
	}
	return http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		if strings.HasPrefix(r.Host, "127.0.0.1:") {
			r.Host = login
		}
		a.Handler.ServeHTTP(w, r)
	})
}

// Describe says how to reach the server, which listens at an address of this
// machine, and what it accepts.
func (a API) Describe(w io.Writer, address string) error {
	var b bytes.Buffer
	fmt.Fprintf(&b, "listening at %s; reach it with\n", address)
	scheme := "http"
	if a.TLS != nil {
		scheme = "https"
	}
	for _, origin := range a.Origins() {
		fmt.Fprintf(&b, "  --route %s=%s://%s\n", origin, scheme, address)
	}
	b.WriteString("and with these in files:\n")
	for _, key := range slices.Sorted(maps.Keys(a.Options)) {
		o := a.Options[key]
		fmt.Fprintf(&b, "  --option %s\n", key)
		for _, file := range []struct {
			flag   string
			values map[string]string
		}{{"--input-file", o.Inputs}, {"--params-file", o.Parameters}} {
			if len(file.values) == 0 {
				continue
			}
			fmt.Fprintf(&b, "    %s: ", file.flag)
			encoder := json.NewEncoder(&b) // which ends its line
			encoder.SetEscapeHTML(false)
			if err := encoder.Encode(file.values); err != nil {
				return err
			}
		}
		if o.Browser {
			b.WriteString("    a user logs in, by a browser\n")
		}
	}
	_, err := w.Write(b.Bytes())
	return err
}
