package client_test

import (
	"context"
	"net/http"
	"slices"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/client"
)

// TestUnhelpful wants to be told of a refresh that did not help, once, and of no
// other.
func TestUnhelpful(t *testing.T) {
	tests := []struct {
		name      string
		method    string
		statuses  []int // of the answers, the last one for all that follow
		noRefresh bool
		told      int
		refreshes int
		sent      int
	}{
		{"the new credential is accepted", "GET", []int{401, 200}, false, 0, 1, 4},
		{"the new credential is refused as well", "GET", []int{401}, false, 1, 1, 4},
		{"the API fails in another way", "GET", []int{401, 403}, false, 0, 1, 4},
		{"a request that is not sent again says nothing", "POST", []int{401, 200}, false, 0, 1, 3},
		{"there is no way to refresh", "GET", []int{401}, true, 0, 0, 3},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			told, refreshes := 0, 0
			statuses := slices.Clone(tt.statuses)
			rt := &memory{answer: func(*http.Request) (*http.Response, error) {
				status := statuses[0]
				statuses = statuses[min(1, len(statuses)-1):]
				return text(status, ""), nil
			}}
			config := refreshing(t, "https://h.example", tt.noRefresh, false, &refreshes)
			if refresh := config.Refresh; refresh != nil {
				config.Refresh = func(ctx context.Context) (client.Config, error) {
					fresh, err := refresh(ctx)
					fresh.Unhelpful = func() { told++ }
					return fresh, err
				}
			}
			c := newClient(t, config, rt)
			for range 3 {
				if _, err := c.Do(request(t, tt.method, "/me", "")); err != nil {
					t.Fatal(err)
				}
			}
			got, want := []int{told, refreshes, len(rt.seen)}, []int{tt.told, tt.refreshes, tt.sent}
			if diff := cmp.Diff(want, got); diff != "" {
				t.Errorf("told, refreshed, sent (-want +got):\n%s", diff)
			}
		})
	}
}

// TestUnhelpfulOfTheNewConfig tells the config that did not help, and not the
// one that it replaced.
func TestUnhelpfulOfTheNewConfig(t *testing.T) {
	var told []string
	refreshes := 0
	config := refreshing(t, "https://h.example", false, false, &refreshes)
	fresh := config
	fresh.Unhelpful = func() { told = append(told, "new") }
	config.Unhelpful = func() { told = append(told, "old") }
	config.Refresh = func(context.Context) (client.Config, error) { return fresh, nil }
	rt := &memory{answer: func(*http.Request) (*http.Response, error) { return text(401, ""), nil }}
	if _, err := newClient(t, config, rt).Do(request(t, "GET", "/me", "")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"new"}, told); diff != "" {
		t.Errorf("told (-want +got):\n%s", diff)
	}
}
