package cli_test

import (
	"cmp"
	"context"
	"fmt"
	"io"
	"net/http"
	"net/http/cookiejar"
	"os"
	"strings"

	"github.com/connector-spec/connector/testdata/peers"
)

// personMain is a program that a script names in BROWSER: a person who logs in
// and allows everything, or with PERSON=deny nothing. What the last page says is
// kept in the file PAGE.
func personMain(args []string) int {
	if len(args) != 1 {
		fmt.Fprintln(os.Stderr, "usage: person URL")
		return 2
	}
	page, err := visit(context.Background(), peers.Person{CallbackPrefix: os.Getenv("CALLBACK")}, args[0], os.Getenv("PERSON") == "deny")
	if err == nil && os.Getenv("PAGE") != "" {
		err = os.WriteFile(os.Getenv("PAGE"), []byte(page), 0o600)
	}
	if err != nil {
		fmt.Fprintln(os.Stderr, "person:", err)
		return 1
	}
	return 0
}

// visit goes to a login, decides, and goes where that ends. It returns the page
// there.
func visit(ctx context.Context, p peers.Person, address string, denies bool) (string, error) {
	decide := p.Login
	if denies {
		decide = p.Deny
	}
	callback, err := decide(ctx, address)
	if err != nil {
		return "", err
	}
	return openPage(ctx, callback)
}

// openPage opens an address of this machine.
func openPage(ctx context.Context, address string) (string, error) {
	jar, err := cookiejar.New(nil)
	if err != nil {
		return "", err
	}
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, address, http.NoBody)
	if err != nil {
		return "", err
	}
	resp, err := (&http.Client{Jar: jar, Transport: &http.Transport{DisableKeepAlives: true}}).Do(req)
	if err != nil {
		return "", err
	}
	defer resp.Body.Close()
	text, err := io.ReadAll(resp.Body)
	return cmp.Or(strings.TrimSpace(string(text)), resp.Status), err
}

// browserOf is the browser of a person. What the last pages say goes to pages,
// if somebody wants to know.
func browserOf(p peers.Person, denies bool, pages chan<- string) func(ctx context.Context, address string) error {
	return func(ctx context.Context, address string) error {
		go func() { // a browser is opened, and the program goes on
			page, err := visit(ctx, p, address, denies)
			if err != nil {
				page = err.Error()
			}
			if pages != nil {
				pages <- page
			}
		}()
		return nil
	}
}
