package cassette_test

import (
	"errors"
	"fmt"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/cassette"
	"github.com/connector-spec/connector/auth/secret"
)

func exchange(method, target, body string, header ...string) cassette.Exchange {
	x := cassette.Exchange{
		Request:  cassette.Request{Method: method, URL: target, Body: body, Headers: map[string]string{}},
		Response: cassette.Response{Status: 200, Body: "answer to " + target},
	}
	for i := 0; i < len(header); i += 2 {
		x.Request.Headers[header[i]] = header[i+1]
	}
	return x
}

func small() *cassette.Recording {
	return &cassette.Recording{Version: 1, Source: "live", Steps: []cassette.Step{
		{Name: "login", Exchanges: []cassette.Exchange{
			exchange("POST", "https://h/token", `{"a":1,"k":"{{input.key}}"}`, "Content-Type", "application/json"),
			exchange("POST", "https://h/session", "x=1", "content-type", "text/plain"),
		}},
		{Name: "test", Exchanges: []cassette.Exchange{exchange("GET", "https://h/me?a=1&k={{input.key}}", "", "X-Key", "{{input.key}}")}},
	}}
}

func TestReplayMisses(t *testing.T) {
	type differs = []cassette.Difference
	tests := []struct {
		name, step  string
		send        []string // method, URL, body, headers
		closest     string
		want        differs
		reasonHolds string
	}{
		{"query value", "test", []string{"GET", "https://h/me?a=2&k=%7B%7Binput.key%7D%7D", "", "X-Key", "{{input.key}}"}, "/me", differs{{Field: `query "a"`, Recorded: "1", Sent: "2"}}, "not the request"},
		{"missing query", "test", []string{"GET", "https://h/me?k=%7B%7Binput.key%7D%7D", "", "X-Key", "{{input.key}}"}, "/me", differs{{Field: `query "a"`, Recorded: "1"}}, "not the request"},
		{"order of the query", "test", []string{"GET", "https://h/me?k=%7B%7Binput.key%7D%7D&a=1", "", "X-Key", "{{input.key}}"}, "/me", differs{{Field: "query", Recorded: "a=1&k={{input.key}}", Sent: "k={{input.key}}&a=1"}}, ""},
		{"header value", "test", []string{"GET", "https://h/me?a=1&k=%7B%7Binput.key%7D%7D", "", "X-Key", "Bearer {{input.key}}"}, "/me", differs{{Field: `header "X-Key"`, Recorded: "{{input.key}}", Sent: "Bearer {{input.key}}"}}, ""},
		{"header gone", "test", []string{"GET", "https://h/me?a=1&k=%7B%7Binput.key%7D%7D", ""}, "/me", differs{{Field: `header "X-Key"`, Recorded: "{{input.key}}"}}, ""},
		{"header new", "test", []string{"GET", "https://h/me?a=1&k=%7B%7Binput.key%7D%7D", "", "X-Key", "{{input.key}}", "X-New", "1"}, "/me", differs{{Field: `header "X-New"`, Sent: "1"}}, ""},
		{"method and path", "test", []string{"PUT", "https://h/mine?a=1&k=%7B%7Binput.key%7D%7D", "", "X-Key", "{{input.key}}"}, "/me", differs{{Field: "method", Recorded: "GET", Sent: "PUT"}, {Field: "path", Recorded: "/me", Sent: "/mine"}}, ""},
		{"host", "test", []string{"GET", "https://other:1/me?a=1&k=%7B%7Binput.key%7D%7D", "", "X-Key", "{{input.key}}"}, "/me", differs{{Field: "host", Recorded: "https://h", Sent: "https://other:1"}}, ""},
		{"JSON body", "login", []string{"POST", "https://h/token", `{"a":2,"b/c":true}`, "Content-Type", "application/json"}, "/token", differs{{Field: `body "/a"`, Recorded: "1", Sent: "2"}, {Field: `body "/b~1c"`, Sent: "true"}, {Field: `body "/k"`, Recorded: `"{{input.key}}"`}}, ""},
		{"spelling of a JSON body", "login", []string{"POST", "https://h/token", `{"k":"{{input.key}}","a":1}`, "Content-Type", "application/json"}, "/token", differs{{Field: "body", Recorded: `{"a":1,"k":"{{input.key}}"}`, Sent: `{"k":"{{input.key}}","a":1}`}}, ""},
		{"out of order", "login", []string{"POST", "https://h/session", "x=1", "Content-Type", "text/plain"}, "/session", nil, "the order has changed"},
		{"unknown step", "logout", []string{"POST", "https://h/token", `{"a":1,"k":"{{input.key}}"}`, "Content-Type", "application/json"}, "/token", nil, `no step "logout"`},
		{"a secret", "test", []string{"GET", "https://h/me?a=canary-key&k=%7B%7Binput.key%7D%7D", "", "X-Key", "{{input.key}}"}, "/me", differs{{Field: `query "a"`, Recorded: "1", Sent: "{{input.key}}"}}, ""},
	}
	r := secret.NewRedactor()
	r.Add("input.key", "canary-key")
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			player, err := cassette.NewReplayer(small(), cassette.Options{Headers: produced, Redactor: r})
			if err != nil {
				t.Fatal(err)
			}
			player.Step(tt.step)
			_, _, err = send(player, tt.send[0], tt.send[1], tt.send[2], tt.send[3:]...)
			var miss *cassette.MissError
			if !errors.As(err, &miss) {
				t.Fatalf("err = %v, want a MissError", err)
			}
			if diff := cmp.Diff(tt.want, miss.Differs); diff != "" {
				t.Errorf("differences (-want +got):\n%s", diff)
			}
			if miss.Step != tt.step || !strings.HasSuffix(strings.SplitN(miss.Closest.URL, "?", 2)[0], tt.closest) || !strings.Contains(miss.Reason, tt.reasonHolds) {
				t.Errorf("step %q, closest %s, reason %q", miss.Step, miss.Closest.URL, miss.Reason)
			}
			if strings.Contains(err.Error(), "canary") {
				t.Errorf("the error shows a secret: %v", err)
			}
			if len(player.Unused()) != 3 {
				t.Errorf("Unused = %v, want all", player.Unused())
			}
		})
	}
}

func TestReplayInOrderAndUnused(t *testing.T) {
	player, err := cassette.NewReplayer(small(), options)
	if err != nil {
		t.Fatal(err)
	}
	first := func() error {
		_, _, err := send(player, "POST", "https://h/token", `{"a":1,"k":"{{input.key}}"}`, "Content-Type", "application/json")
		return err
	}
	if err := first(); err != nil { // the first step needs no Step
		t.Fatal(err)
	}
	player.Step("test")
	if status, body, err := send(player, "GET", "https://h/me?a=1&k=%7B%7Binput.key%7D%7D", "", "X-Key", "{{input.key}}"); err != nil || status != 200 || body != "answer to https://h/me?a=1&k={{input.key}}" {
		t.Errorf("test: %d %q, %v", status, body, err)
	}
	want := []cassette.Unused{{Step: "login", Method: "POST", URL: "https://h/session", Pointer: "/steps/0/exchanges/1/request"}}
	if diff := cmp.Diff(want, player.Unused()); diff != "" {
		t.Errorf("Unused (-want +got):\n%s", diff)
	}
	player.Step("login")
	var miss *cassette.MissError
	if err := first(); !errors.As(err, &miss) {
		t.Errorf("the same again: %v, want a MissError", err)
	}
	if _, _, err := send(player, "POST", "https://h/session", "x=1", "Content-Type", "text/plain"); err != nil {
		t.Errorf("login goes on: %v", err)
	}
	if _, _, err := send(player, "POST", "https://h/session", "x=1"); !errors.As(err, &miss) || !strings.Contains(miss.Reason, "no further request") {
		t.Errorf("past the end: %v, want a MissError that says so", err)
	}
	if player.Unused() != nil {
		t.Errorf("Unused = %v, want none", player.Unused())
	}
}

func TestReplayOfNothing(t *testing.T) {
	player, err := cassette.NewReplayer(&cassette.Recording{Version: 1, Source: "live"}, options)
	if err != nil {
		t.Fatal(err)
	}
	var miss *cassette.MissError
	if _, _, err := send(player, "GET", "https://h/", ""); !errors.As(err, &miss) || miss.Closest != nil {
		t.Errorf("err = %v, want a MissError without a closest request", err)
	}
}

func TestReplayIsSafeForConcurrentUse(t *testing.T) {
	rec := &cassette.Recording{Version: 1, Source: "simulated", Steps: []cassette.Step{{Name: "run"}}}
	for range 50 {
		rec.Steps[0].Exchanges = append(rec.Steps[0].Exchanges, exchange("GET", "https://h/", ""))
	}
	player, err := cassette.NewReplayer(rec, options)
	if err != nil {
		t.Fatal(err)
	}
	var wg sync.WaitGroup
	for range 50 {
		wg.Go(func() {
			if _, _, err := send(player, "GET", "https://h/", ""); err != nil {
				t.Error(err)
			}
		})
	}
	wg.Wait()
	if n := len(player.Unused()); n != 0 {
		t.Errorf("%d unused, want none", n)
	}
}

func TestTapeIsSafeForConcurrentUse(t *testing.T) {
	tape := cassette.NewTape(plain(200, "ok"), options)
	var wg sync.WaitGroup
	for i := range 20 {
		wg.Go(func() { _, _, _ = send(tape, "GET", fmt.Sprintf("https://h/%d", i), "") })
	}
	wg.Wait()
	if _, err := tape.Shadow(known()); err != nil {
		t.Error(err)
	}
}
