package cli_test

import (
	"context"
	"net/http"
	"regexp"
	"strings"
	"testing"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/examples/apis"
)

// deviceCode is how the code of a device looks.
var deviceCode = regexp.MustCompile(`[A-Z]{4}-[0-9]{4}`)

// TestExamplesLogInLive logs in to each example whose users do, by the command
// and at the redirect URI that its API insists on: one after the other, since
// that is one port. Where it is on another host, the address is pasted.
func TestExamplesLogInLive(t *testing.T) { // not parallel: of that port
	for _, api := range apis.All() {
		for key, option := range api.Options {
			if !option.Browser {
				continue
			}
			t.Run(api.Example+"/"+key, func(t *testing.T) {
				o := exampleOption{apiOf(t, api.Example), option, key}
				flags, routes := o.routes(t)
				pasted := make(chan string, 1)
				w := o.home(t, flags)
				said := newWatched()
				w.stderr = said
				w.browser = func(ctx context.Context, address string) error {
					callback, err := authorized(ctx, address)
					switch {
					case err != nil || strings.HasPrefix(callback, "https:"):
						pasted <- callback
						return err
					case callback == "": // a page that asks for the code of a device
						code := deviceCode.FindString(said.String())
						return enterCode(ctx, http.DefaultTransport, auth.DevicePrompt{UserCode: code, URI: address})
					}
					return opens(ctx, callback)
				}
				w.ask = func(string, bool) (string, error) { return <-pasted, nil }
				args := o.args(t, copyExample(t, o.Example), flags, "--live", "--login-timeout=10s")
				for i, arg := range args {
					if arg == "--no-input" {
						args = append(args[:i], args[i+1:]...)
						break
					}
				}
				w.run(args...).check(t, 0, append(routes, "ok  ", "live", "routed: ", "1 passed")...)
			})
		}
	}
}
