// Serve starts the loopback server of one example, so that it can be tried
// without an account, at any free port or at an address of this machine:
//
//	go run ./examples/apis/serve github
//	go run ./examples/apis/serve github 127.0.0.1:9000
package main

import (
	"crypto/tls"
	"fmt"
	"net"
	"net/http"
	"os"
	"strings"
	"time"

	"github.com/connector-spec/connector/examples/apis"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, err)
		os.Exit(1)
	}
}

func run(args []string) error {
	if len(args) == 0 || len(args) > 2 {
		return usage()
	}
	address := "127.0.0.1:0"
	if len(args) == 2 {
		address = args[1]
	}
	for _, api := range apis.All() {
		if api.Example == args[0] {
			return serve(api, address)
		}
	}
	return usage()
}

func usage() error {
	var names []string
	for _, api := range apis.All() {
		names = append(names, api.Example)
	}
	return fmt.Errorf("usage: go run ./examples/apis/serve %s [127.0.0.1:PORT]", strings.Join(names, "|"))
}

func serve(api apis.API, address string) error {
	host, _, err := net.SplitHostPort(address)
	if ip := net.ParseIP(host); err != nil || ip == nil || !ip.IsLoopback() {
		return fmt.Errorf("%s is no address of this machine, such as 127.0.0.1:9000", address)
	}
	listener, err := net.Listen("tcp", address)
	if err != nil {
		return err
	}
	if err := api.Describe(os.Stdout, listener.Addr().String()); err != nil {
		return err
	}
	if api.TLS != nil {
		listener = tls.NewListener(listener, api.TLS)
	}
	server := &http.Server{Handler: api.Public(), ReadHeaderTimeout: 5 * time.Second}
	return server.Serve(listener)
}
