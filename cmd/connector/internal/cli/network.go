package cli

import (
	"context"
	"fmt"
	"net/http"
	"time"

	"github.com/spf13/pflag"

	"github.com/connector-spec/connector/auth/client"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/spec/method/script"
)

// networkOptions are the flags of a command that talks to APIs.
type networkOptions struct {
	timeout      time.Duration
	routes       []string
	allowRemote  bool
	allowPrivate bool
	kept         []string // routes of a stored connection, which were allowed when it was made
}

func (o *networkOptions) flags(f *pflag.FlagSet) {
	f.DurationVar(&o.timeout, "timeout", 0, "bound each request to this `duration`, such as 10s, and each script to twice as long")
	o.reach(f)
}

// reach adds the flags that say which servers are reached.
func (o *networkOptions) reach(f *pflag.FlagSet) {
	f.StringArrayVar(&o.routes, "route", nil, "send requests for ORIGIN to another server: `ORIGIN=URL`")
	f.BoolVar(&o.allowRemote, "allow-remote-route", false, "let --route lead to another machine")
	f.BoolVar(&o.allowPrivate, "allow-private", false, "let hosts that come from inputs be private addresses")
}

// with returns the options with the routes of a stored connection. Those of the
// command line win.
func (o networkOptions) with(routes []string) networkOptions {
	o.kept = routes
	return o
}

// A network is how a command talks to APIs, and what runs the scripts of specs.
type network struct {
	*global
	options   networkOptions
	transport http.RoundTripper
	routes    []client.Route
	timeout   time.Duration
	engines   map[place]script.Engine // one for each connector, since each runs scripts of its own
	ends      []func()
}

// newNetwork makes the transport that the options ask for. Who has no more for
// it ends it.
func (g *global) newNetwork(o networkOptions) (*network, error) {
	n := &network{global: g, options: o, timeout: o.timeout}
	options := client.TransportOptions{AllowPrivate: o.allowPrivate}
	for _, text := range o.routes {
		route, err := client.ParseRoute(text, o.allowRemote)
		if err != nil {
			return nil, usageError{fmt.Errorf("--route: %w", err)}
		}
		options.Routes = append(options.Routes, route)
	}
	for _, text := range o.kept {
		route, err := client.ParseRoute(text, true)
		if err != nil {
			return nil, fmt.Errorf("the stored route: %w", err)
		}
		options.Routes = append(options.Routes, route)
	}
	n.routes = options.Routes
	if g.caFile != "" {
		data, err := readAtMost(g.caFile)
		if err != nil {
			return nil, fmt.Errorf("--ca-file: %w", err)
		}
		if options.CA, err = client.ParseCA(data); err != nil {
			return nil, usagef("--ca-file: %s: %w", g.caFile, err)
		}
	}
	if err := n.useProxy(&options); err != nil {
		return nil, err
	}
	n.transport = g.Network(options)
	return n, nil
}

// useProxy sends requests by the proxy that the environment names, if there is
// one.
func (n *network) useProxy(options *client.TransportOptions) error {
	proxy, err := client.ProxyFrom(n.Getenv)
	if err != nil || proxy == nil {
		return err
	}
	for _, password := range proxy.Passwords() {
		n.redactor.Add("proxy.password", password)
	}
	if n.verbose {
		fmt.Fprintf(n.Stderr, "* %v\n", proxy)
	}
	options.Proxy = proxy.Choose
	return nil
}

// engine returns the engine that runs the scripts of a connector.
func (n *network) engine(p place) (script.Engine, error) {
	if e := n.engines[p]; e != nil {
		return e, nil
	}
	e, end, err := n.Scripts()
	if err != nil {
		return nil, err
	}
	if n.engines == nil {
		n.engines = make(map[place]script.Engine)
	}
	n.engines[p] = e
	n.ends = append(n.ends, end)
	return e, nil
}

// end ends the engines.
func (n *network) end() {
	for _, end := range n.ends {
		end()
	}
}

// wired returns the transport, with a tap for who wants to see what goes over
// it. Brief, if it is not empty, is the name of a test whose report shows all.
func (n *network) wired(r *secret.Redactor, brief string) http.RoundTripper {
	if !n.verbose {
		return n.transport
	}
	return &wiretap{next: n.transport, redactor: r, w: n.Stderr, brief: brief}
}

// log shows a line that a script logs, to who wants to see what goes on.
func (n *network) log(method, level, line string) {
	if n.verbose {
		fmt.Fprintf(n.Stderr, "* %s: %s: %s\n", method, level, secret.Printable(line))
	}
}

// wait waits before a request is repeated, and says so where it takes long.
func (n *network) wait(ctx context.Context, d time.Duration) error {
	if d >= 2*time.Second && !n.quiet {
		fmt.Fprintf(n.Stderr, "connector: waiting %v before a request is repeated, as the API asks\n", d.Round(time.Second))
	}
	return n.Wait(ctx, d)
}
