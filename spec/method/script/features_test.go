package script_test

import (
	"context"
	"encoding/json"
	"errors"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/spec/method/script"
)

// ada is the API of the examples.
func ada(_ context.Context, r *script.Request) (*script.Response, error) {
	response := &script.Response{Status: 200, StatusText: "OK", URL: r.URL, Headers: [][2]string{{"content-type", "application/json"}}}
	if r.URL == "/expired" {
		response.Status = 401
		return response, &script.KeyedError{Key: "access_token_expired", Err: errors.New("GET /expired answered 401")}
	}
	if body := []byte(`{"name":"Ada"}`); r.Binary {
		response.Bytes = body
	} else {
		response.Data = body
	}
	return response, nil
}

// TestFeatures runs the example of each global, module and call that the
// documentation lists, in this process and in a child.
func TestFeatures(t *testing.T) {
	t.Parallel()
	child, _ := process(t)
	for _, f := range slices.Concat(script.Globals(), script.BuiltIn(), script.ClientCalls()) {
		source := f.Imports + "\nexport default async ({ apiClient }) => (" + f.Example + ")"
		if strings.HasPrefix(f.Imports, "const ") {
			source = f.Imports + "\nmodule.exports = async ({ apiClient }) => (" + f.Example + ")"
		}
		for _, engine := range []script.Engine{script.InProcess{}, child} {
			got, err := runBy(t, engine, js(source), script.Call{Client: true, Host: script.Host{Request: ada}})
			if err != nil || got != f.Want {
				t.Errorf("%s in %T: got %s, %v; want %s", f.Name, engine, got, err, f.Want)
			}
		}
	}
}

// TestEveryNameIsListed holds the globals and modules that there are against
// the ones that are documented.
func TestEveryNameIsListed(t *testing.T) {
	t.Parallel()
	var documented, modules []string
	for _, f := range script.Globals() {
		name, _, _ := strings.Cut(f.Name, ".")
		documented = append(documented, name)
	}
	for _, f := range script.BuiltIn() {
		modules = append(modules, f.Name)
	}
	if diff := cmp.Diff(script.Modules(), modules); diff != "" {
		t.Errorf("modules (-there +documented):\n%s", diff)
	}
	got, err := run(t, js("export default () => Object.getOwnPropertyNames(globalThis)"), script.Call{})
	if err != nil {
		t.Fatal(err)
	}
	var names []string
	if err := json.Unmarshal([]byte(got), &names); err != nil {
		t.Fatal(err)
	}
	// The timers are documented with setTimeout, and two names carry a program.
	known := append(strings.Fields("clearTimeout setInterval clearInterval connectorModules connectorExports"), language...)
	for _, name := range names {
		if !slices.Contains(known, name) && !slices.Contains(documented, name) {
			t.Errorf("%s is there and not documented", name)
		}
	}
}

// language lists the names that JavaScript itself has.
var language = strings.Split("Error,EvalError,RangeError,ReferenceError,SyntaxError,TypeError,URIError,InternalError,AggregateError,Array,Object,Function,Iterator,parseInt,parseFloat,isNaN,isFinite,decodeURI,decodeURIComponent,encodeURI,encodeURIComponent,escape,unescape,Infinity,NaN,undefined,eval,Number,Boolean,String,Math,Reflect,Symbol,globalThis,BigInt,RegExp,JSON,Proxy,Map,Set,WeakMap,WeakSet,ArrayBuffer,SharedArrayBuffer,Uint8ClampedArray,Int8Array,Uint8Array,Int16Array,Uint16Array,Int32Array,Uint32Array,BigInt64Array,BigUint64Array,Float16Array,Float32Array,Float64Array,DataView,Atomics,Promise,WeakRef,FinalizationRegistry", ",")
