package client

import (
	"net/http"
	"net/url"
	"strings"
)

// Join joins a relative URL to a base. The path of ref is appended to the
// base's, with exactly one slash between; an empty path leaves the base's as
// it is. The query is ref's, then those parameters of the base's that ref does
// not have. Escapes stay as they are written; a fragment is dropped. A path
// with a segment ".." is a [*FieldError]. An absolute ref is returned without
// its fragment.
//
//	https://h/api/v1   /me       https://h/api/v1/me
//	https://h/api/v1/  me?x=1    https://h/api/v1/me?x=1
//	https://h/api?v=2  /me       https://h/api/me?v=2
//	https://h/api      ?x=1      https://h/api?x=1
func Join(base, ref *url.URL) (*url.URL, error) {
	if ref.Opaque != "" || ref.Scheme == "" && ref.Host != "" {
		return nil, &FieldError{Where: "url", Problem: "it must be a path or an absolute URL with a scheme"}
	}
	path := ref.EscapedPath()
	if climbs(path) {
		return nil, &FieldError{Where: "path", Name: "..", Problem: "a path must not climb above its base"}
	}
	if ref.Scheme != "" {
		absolute := *ref
		absolute.Fragment, absolute.RawFragment = "", ""
		absolute.RawQuery = cleanQuery(ref.RawQuery)
		return &absolute, nil
	}
	if base == nil {
		return nil, &FieldError{Where: "url", Problem: "it is relative, and there is no base URL; write the whole URL or set baseUri"}
	}
	joined := &url.URL{Scheme: base.Scheme, User: base.User, Host: base.Host}
	full := base.EscapedPath()
	if path != "" {
		full = strings.TrimRight(full, "/") + "/" + strings.TrimLeft(path, "/")
	}
	var err error
	if joined.Path, err = url.PathUnescape(full); err != nil {
		return nil, &FieldError{Where: "path", Problem: "it has a broken escape"}
	}
	joined.RawPath = full
	own := cleanQuery(ref.RawQuery)
	joined.RawQuery = joinQuery(own, without(cleanQuery(base.RawQuery), own))
	return joined, nil
}

// climbs says whether a path has a segment "..", also in disguise.
func climbs(path string) bool {
	if !strings.Contains(path, ".") && !strings.Contains(path, "%") {
		return false
	}
	for segment := range strings.FieldsFuncSeq(path, func(r rune) bool { return r == '/' || r == '\\' }) {
		if plain, err := url.PathUnescape(segment); err == nil {
			segment = plain
		}
		for part := range strings.FieldsFuncSeq(segment, func(r rune) bool { return r == '/' || r == '\\' }) {
			if part == ".." {
				return true
			}
		}
	}
	return false
}

// target gives the URL that a request goes to, without what the config adds.
func (c *sender) target(ref *url.URL) (*url.URL, error) {
	if ref == nil {
		return nil, &FieldError{Where: "url", Problem: "there is none"}
	}
	u, err := Join(c.base, ref)
	if err != nil {
		return nil, err
	}
	if _, err := c.allowed(u); err != nil {
		return nil, err
	}
	return u, nil
}

// allowed gives the origin of u if the credential may go there.
func (c *sender) allowed(u *url.URL) (Origin, error) {
	origin, err := originOf(u)
	if err != nil {
		return Origin{}, err
	}
	for i := range c.config.Origins {
		if o := &c.config.Origins[i]; o.Same(origin) {
			origin.Literal = o.Literal
			return origin, nil
		}
	}
	refused := &OriginError{Origin: origin.String(), Allowed: make([]string, len(c.config.Origins))}
	for i, o := range c.config.Origins {
		refused.Allowed[i] = o.String()
	}
	return Origin{}, refused
}

// redirect gives where resp sends the client, nil if nowhere.
func (c *sender) redirect(out *outgoing, resp *http.Response, hops int) (*url.URL, error) {
	location := resp.Header.Get("Location")
	switch resp.StatusCode {
	case 301, 302, 303, 307, 308:
	default:
		return nil, nil
	}
	if location == "" {
		return nil, nil
	}
	from, err := c.allowed(out.url)
	if err != nil {
		return nil, err
	}
	refused := func(to, reason string) (*url.URL, error) {
		return nil, &RedirectError{Status: resp.StatusCode, From: from.String(), To: to, Reason: reason}
	}
	next, err := out.url.Parse(location)
	if err != nil {
		return refused("an address that cannot be read", "it is not a URL")
	}
	to, err := originOf(next)
	if err != nil {
		return refused("an address that cannot be used", "it is not an https URL with a plain host")
	}
	switch {
	case c.config.NoRedirects:
		return refused(to.String(), "a request that obtains a credential is never redirected")
	case !to.Same(from):
		return refused(to.String(), "a redirect must stay within its origin, since the credential would go with it")
	case out.method != http.MethodGet && out.method != http.MethodHead:
		return refused(to.String(), "only a GET or HEAD is redirected, not a "+out.method)
	case hops >= maxRedirects:
		return refused(to.String(), "it redirected five times already")
	}
	next.Fragment, next.RawFragment = "", ""
	next.RawQuery = c.withConfigQuery(cleanQuery(next.RawQuery))
	return next, nil
}

// cleanQuery escapes what must not stand in a request line: blanks, controls
// and bytes that are not ASCII.
func cleanQuery(query string) string {
	clean := func(c byte) bool { return c > ' ' && c < 0x7f && c != '"' && c != '<' && c != '>' }
	i := 0
	for i < len(query) && clean(query[i]) {
		i++
	}
	if i == len(query) {
		return query
	}
	const digits = "0123456789ABCDEF"
	b := []byte(query[:i])
	for ; i < len(query); i++ {
		if c := query[i]; clean(c) {
			b = append(b, c)
		} else {
			b = append(b, '%', digits[c>>4], digits[c&15])
		}
	}
	return string(b)
}

// without gives the parameters of query whose names other does not have.
func without(query, other string) string {
	if query == "" || other == "" {
		return query
	}
	taken := queryNames(other)
	var kept []string
	for part := range strings.SplitSeq(query, "&") {
		if part != "" && !taken[queryName(part)] {
			kept = append(kept, part)
		}
	}
	return strings.Join(kept, "&")
}

func queryNames(query string) map[string]bool {
	names := map[string]bool{}
	for part := range strings.SplitSeq(query, "&") {
		if part != "" {
			names[queryName(part)] = true
		}
	}
	return names
}

func queryName(part string) string {
	name, _, _ := strings.Cut(part, "=")
	if plain, err := url.QueryUnescape(name); err == nil {
		return plain
	}
	return name
}

func joinQuery(a, b string) string {
	if a == "" || b == "" {
		return a + b
	}
	return a + "&" + b
}
