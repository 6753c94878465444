// Record makes the program record a test of each spec that
// testdata/bench/validate/gen -keys wrote into a directory, against a server of
// its own that answers all of them:
//
//	go run ./testdata/bench/recorded/record CONNECTOR DIR
package main

import (
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"net/http"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"time"
)

func main() {
	if err := run(os.Args[1:]); err != nil {
		fmt.Fprintln(os.Stderr, "record:", err)
		os.Exit(1)
	}
}

// The key and the domain of a spec, as gen writes them.
var (
	keyLine    = regexp.MustCompile(`(?m)^key: (\S+)$`)
	domainLine = regexp.MustCompile(`(?m)^homepageUri: https://(\S+)$`)
)

func run(args []string) error {
	if len(args) != 2 {
		return fmt.Errorf("want CONNECTOR DIR, not %q", args)
	}
	connector, dir := args[0], args[1]
	listener, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	server := &http.Server{Handler: http.HandlerFunc(answer), ReadHeaderTimeout: time.Minute}
	go func() { _ = server.Serve(listener) }()
	defer server.Close()

	files, err := filepath.Glob(filepath.Join(dir, "*.yaml"))
	if err != nil {
		return err
	}
	inputs := map[string]any{}
	command := []string{"test", "--auth", "--record", "--quiet", "--input-file", "-", dir}
	for _, file := range files {
		text, err := os.ReadFile(file)
		if err != nil {
			return err
		}
		key, domain := keyLine.FindSubmatch(text), domainLine.FindSubmatch(text)
		if key == nil || domain == nil {
			return fmt.Errorf("%s is none of gen's", file)
		}
		inputs[string(key[1])] = map[string]string{"account": "acme", "apiKey": "a-key-of-" + string(key[1])}
		for _, host := range []string{"acme", "api"} {
			command = append(command, "--route", fmt.Sprintf("https://%s.%s=http://%s", host, domain[1], listener.Addr()))
		}
	}
	return record(connector, command, inputs)
}

// record runs the program with inputs for each connector.
func record(connector string, args []string, inputs map[string]any) error {
	cmd := exec.Command(connector, args...)
	in, err := cmd.StdinPipe()
	if err != nil {
		return err
	}
	cmd.Stdout, cmd.Stderr = io.Discard, os.Stderr
	if err := cmd.Start(); err != nil {
		return err
	}
	err = json.NewEncoder(in).Encode(inputs)
	return errors.Join(err, in.Close(), cmd.Wait())
}

// answer answers what the tests of all specs read.
func answer(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	_, _ = io.WriteString(w, `{"id":"7","name":"Ada Lovelace","email":"ada@acme.example","data":{"id":"7","name":"Ada Lovelace","email":"ada@acme.example"},"plan":"team","createdAt":"2024-02-03T04:05:06Z","features":["search","export"]}`)
}
