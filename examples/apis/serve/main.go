// Serve starts the loopback server of one example, so that a live test can be
// tried without an account:
//
//	go run ./examples/apis/serve github
package main

import (
	"bytes"
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
	flags := "--live"
	for _, origin := range api.Origins() {
		flags += fmt.Sprintf(" --route %s=http://%s", origin, listener.Addr())
	}
	fmt.Printf("listening; test with %s and these in files:\n", flags)
	for _, key := range slices.Sorted(maps.Keys(api.Options)) {
		if err := describe(key, api.Options[key]); err != nil {
			return err
		}
	}
	server := &http.Server{Handler: api.Handler, ReadHeaderTimeout: 5 * time.Second}
	return server.Serve(listener)
}

// describe says what the server accepts for an option.
func describe(key string, o apis.Option) error {
	fmt.Printf("  --option %s", key)
	for _, file := range []struct {
		flag   string
		values map[string]string
	}{{"--input-file", o.Inputs}, {"--params-file", o.Parameters}} {
		if len(file.values) == 0 {
			continue
		}
		var values bytes.Buffer
		encoder := json.NewEncoder(&values)
		encoder.SetEscapeHTML(false)
		if err := encoder.Encode(file.values); err != nil {
			return err
		}
		fmt.Printf("  %s: %s", file.flag, bytes.TrimSpace(values.Bytes()))
	}
	if o.Browser {
		fmt.Print("  (a user logs in, by the library)")
	}
	fmt.Println()
	return nil
}
