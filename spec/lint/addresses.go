package lint

import (
	"strconv"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// An address is a URL that an option writes: where its requests go, or the
// browser of whoever logs in.
type address struct {
	pointer string
	value   formula.Value
	what    string
}

// endpoints are the fields of an OAuth configuration that hold URLs.
var endpoints = []struct{ field, pointer, what string }{
	{"authorizeUri", "/getOAuthConfig/mapping/authorizeUri", "the authorization endpoint"},
	{"tokenUri", "/getOAuthConfig/mapping/tokenUri", "the token endpoint"},
	{"refreshUri", "/getOAuthConfig/mapping/refreshUri", "the refresh endpoint"},
	{"revokeUri", "/getOAuthConfig/mapping/revokeUri", "the revocation endpoint"},
	{"deviceAuthorizationUri", "/getOAuthConfig/mapping/deviceAuthorizationUri", "the device authorization endpoint"},
	{"parUri", "/getOAuthConfig/mapping/parUri", "the endpoint for pushed requests"},
	{"requestTokenUri", "/getOAuthConfig/mapping/requestTokenUri", "the request-token endpoint"},
	{"issuer", "/getOAuthConfig/mapping/issuer", "the issuer"},
}

// addressesOf returns the addresses of an option: its base, its OAuth
// endpoints, its redirect, and the paths of its requests that are URLs.
func addressesOf(o *spec.Option) []address {
	var list []address
	visit := func(a address) { list = append(list, a) }
	base := o.Value.Get("baseUri")
	if !base.IsMissing() {
		visit(address{"/baseUri", base, "the base address"})
	}
	client, pointer := Client(o)
	if v := client.Get("baseUri"); !v.IsMissing() && !v.Equal(base) {
		visit(address{pointer + "/baseUri", v, "the base address"})
	}
	if oauth, _ := OAuth(o); oauth.IsObject() {
		for _, e := range endpoints {
			if v := oauth.Get(e.field); !v.IsMissing() {
				visit(address{e.pointer, v, e.what})
			}
		}
	}
	if v := o.Value.Get("redirect").Get("uri"); !v.IsMissing() {
		visit(address{"/redirect/uri", v, "the redirect address"})
	}
	for at, r := range eachRequest(o) {
		if v := r.Get("path"); v.Kind() == formula.KindObject || strings.Contains(v.Text(), ":") {
			visit(address{at + "/path", v, "the address of a request"})
		}
	}
	return list
}

// An urlPart is a part of an authored URL: literal text, or the value of a
// variable such as connectionInput.host.
type urlPart struct{ literal, variable string }

// eachURL visits the URLs that a formula may give, each as its parts; what is
// too clever to be read is left out.
func eachURL(pointer string, v formula.Value, visit func(pointer string, parts []urlPart)) {
	if text, ok := v.AsString(); ok {
		if parts, ok := textParts(text); ok {
			visit(pointer, parts)
		}
		return
	}
	if !v.IsObject() || v.Len() == 0 {
		return
	}
	name, arg := v.At(0)
	switch name {
	case "$var":
		visit(pointer, []urlPart{{variable: strings.TrimPrefix(arg.Text(), "$.")}})
	case "$concat":
		if parts, ok := concatParts(arg); ok {
			visit(pointer, parts)
		}
	case "$firstNotEmpty":
		for i := range arg.Len() {
			_, item := arg.At(i)
			eachURL(pointer+formula.Pointer(name, strconv.Itoa(i)), item, visit)
		}
	case "$case":
		cases := arg.Get("cases")
		for i := range cases.Len() {
			_, item := cases.At(i)
			eachURL(pointer+formula.Pointer(name, "cases", strconv.Itoa(i), "value"), item.Get("value"), visit)
		}
		eachURL(pointer+formula.Pointer(name, "default"), arg.Get("default"), visit)
	}
}

// textParts splits a text; not ok if an expression in it is no plain variable.
func textParts(text string) ([]urlPart, bool) {
	var parts []urlPart
	for {
		literal, rest, ok := strings.Cut(text, "${")
		if literal != "" {
			parts = append(parts, urlPart{literal: literal})
		}
		if !ok {
			return parts, true
		}
		expression, after, ok := strings.Cut(rest, "}")
		expression = strings.TrimSpace(expression)
		if !ok || strings.ContainsAny(expression, "\"'`({[?+ ") {
			return nil, false
		}
		parts = append(parts, urlPart{variable: expression})
		text = after
	}
}

// concatParts splits the list of a $concat in the same way.
func concatParts(list formula.Value) ([]urlPart, bool) {
	items, ok := list.AsList()
	var parts []urlPart
	for _, item := range items {
		switch text, isText := item.AsString(); {
		case isText:
			more, isPlain := textParts(text)
			parts, ok = append(parts, more...), ok && isPlain
		case item.Len() == 1 && item.Has("$var"):
			parts = append(parts, urlPart{variable: strings.TrimPrefix(item.Get("$var").Text(), "$.")})
		default:
			return nil, false
		}
	}
	return parts, ok
}

// hostOf returns the host of an authored URL, with its port and the expressions
// in it; "" if it has none.
func hostOf(url string) string {
	_, rest, _ := strings.Cut(url, "://")
	return rest[:hostEnd(rest)]
}
