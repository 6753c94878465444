package client

import (
	"errors"
	"fmt"
	"net/http"
	"net/url"
	"strings"
)

// A Route sends the requests of one origin to another server.
type Route struct {
	Origin Origin // as the spec says
	Target Origin // where the requests really go
}

// ParseRoute reads ORIGIN=URL, for example
// https://api.example.com=http://127.0.0.1:9000. Neither has a path. The
// target must be loopback; allowRemote lifts that for https targets.
func ParseRoute(text string, allowRemote bool) (Route, error) {
	from, to, ok := strings.Cut(text, "=")
	if !ok {
		return Route{}, errors.New("a route is written ORIGIN=URL, such as https://api.example.com=http://127.0.0.1:9000")
	}
	origin, err := bareOrigin(from)
	if err != nil {
		return Route{}, fmt.Errorf("the route's origin: %w", err)
	}
	target, err := bareOrigin(to)
	if err != nil {
		return Route{}, fmt.Errorf("the route's target: %w", err)
	}
	if !target.Loopback() && !allowRemote {
		return Route{}, fmt.Errorf("the route's target %s is not loopback (--allow-remote-route lifts this)", target)
	}
	return Route{Origin: origin, Target: target}, nil
}

// bareOrigin reads an origin that is written with nothing behind it.
func bareOrigin(text string) (Origin, error) {
	u, err := url.Parse(text)
	if err != nil {
		return Origin{}, errors.New("it is not a URL")
	}
	if strings.Trim(u.Path, "/") != "" || u.RawQuery != "" || u.Fragment != "" {
		return Origin{}, errors.New("it must have no path, query or fragment")
	}
	return originOf(u)
}

// String gives the route as it is written.
func (r Route) String() string { return r.Origin.String() + "=" + r.Target.String() }

// URL gives u with its scheme, host and port replaced by the target's if it is
// of the route's origin, else u itself: what a browser has to open.
func (r Route) URL(u *url.URL) *url.URL {
	origin, err := originOf(u)
	if err != nil || !origin.Same(r.Origin) {
		return u
	}
	routed := *u
	routed.Scheme, routed.Host = r.Target.scheme, r.Target.Host()
	return &routed
}

// route gives the request as it goes to a route's target, nil if none fits.
// The server is told the original address by Host and X-Forwarded-*.
func (t *Transport) route(req *http.Request) *http.Request {
	for _, r := range t.opts.Routes {
		u := r.URL(req.URL)
		if u == req.URL {
			continue
		}
		routed := req.Clone(req.Context())
		routed.URL = u
		if routed.Host == "" {
			routed.Host = req.URL.Host
		}
		routed.Header.Set("X-Forwarded-Proto", req.URL.Scheme)
		routed.Header.Set("X-Forwarded-Host", routed.Host)
		return routed
	}
	return nil
}
