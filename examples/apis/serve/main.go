// Serve starts the loopback server of one example, so that a live test can be
// tried without an account:
//
//	go run ./examples/apis/serve github
package main

import (
	"fmt"
	"net"
	"net/http"
	"os"
	"time"

	"github.com/connector-spec/connector/examples/apis"
)

func main() {
	name := ""
	if len(os.Args) == 2 {
		name = os.Args[1]
	}
	for _, api := range apis.All() {
		if api.Example == name {
			if err := serve(api); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
	}
	fmt.Fprintln(os.Stderr, "usage: go run ./examples/apis/serve openweather|github|kintone")
	os.Exit(2)
}

func serve(api apis.API) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("listening; test with --route %s=http://%s and one of these inputs:\n", api.Origin, listener.Addr())
	for option, inputs := range api.Inputs {
		fmt.Printf("  %s: %v\n", option, inputs)
	}
	server := &http.Server{Handler: api.Handler, ReadHeaderTimeout: 5 * time.Second}
	return server.Serve(listener)
}
