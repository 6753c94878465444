package script_test

import (
	"context"
	"errors"
	"slices"
	"testing"
	"testing/fstest"
	"time"

	"github.com/connector-spec/connector/spec/method/script"
)

// FuzzRun holds compilation and runs against whatever text: they end in their
// time, without a panic, and what they say has a place that is there.
func FuzzRun(f *testing.F) {
	// Hostile scripts are no seeds: single built-in functions are slow beyond
	// measure where coverage is counted.
	for _, feature := range slices.Concat(script.Globals(), script.ClientCalls()) {
		f.Add("export default async ({ apiClient }) => ("+feature.Example+")", true)
	}
	f.Add("import { a } from './lib'\nexport default () => a()", true)
	f.Add("exports.test = async ({ apiClient: c }) => { await c.get('/x'); throw { key: 1 } }", false)
	f.Fuzz(func(t *testing.T, text string, typed bool) {
		source := script.Source{Text: text, Files: fstest.MapFS{"lib.js": {Data: []byte("exports.a = () => null.x")}}}
		if typed {
			source.Language = script.TypeScript
		}
		p, err := script.Compile(source)
		if err == nil {
			_, err = script.InProcess{}.Run(t.Context(), p, script.Call{Method: "test", Client: true, Timeout: 50 * time.Millisecond, Host: script.Host{
				Request: func(context.Context, *script.Request) (*script.Response, error) {
					return nil, errors.New("refused")
				},
				Wait: func(ctx context.Context, _ time.Duration) error { return ctx.Err() },
			}})
		}
		var e *script.Error
		if err != nil && !errors.As(err, &e) {
			t.Fatalf("%T: %v", err, err)
		}
		if err != nil && (e.Message == "" || e.Line > 0 && e.Column < 1) {
			t.Errorf("an error without words or place: %+v", e)
		}
	})
}
