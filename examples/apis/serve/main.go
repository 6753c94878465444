// Serve starts the loopback server of one example, so that a live test can be
// tried without an account:
//
//	go run ./examples/apis/serve github
package main

import (
	"encoding/json"
	"fmt"
	"maps"
	"net"
	"net/http"
	"os"
	"slices"
	"strings"
	"time"

	"github.com/connector-spec/connector/examples/apis"
)

func main() {
	name := ""
	if len(os.Args) == 2 {
		name = os.Args[1]
	}
	var names []string
	for _, api := range apis.All() {
		names = append(names, api.Example)
		if api.Example == name {
			if err := serve(api); err != nil {
				fmt.Fprintln(os.Stderr, err)
				os.Exit(1)
			}
		}
	}
	fmt.Fprintf(os.Stderr, "usage: go run ./examples/apis/serve %s\n", strings.Join(names, "|"))
	os.Exit(2)
}

func serve(api apis.API) error {
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	fmt.Printf("listening; test with --live --route %s=http://%s --input-file FILE, the file holding one of these:\n", api.Origin, listener.Addr())
	for _, option := range slices.Sorted(maps.Keys(api.Inputs)) {
		inputs, err := json.Marshal(api.Inputs[option])
		if err != nil {
			return err
		}
		fmt.Printf("  %s: %s\n", option, inputs)
	}
	server := &http.Server{Handler: api.Handler, ReadHeaderTimeout: 5 * time.Second}
	return server.Serve(listener)
}
