package importer

import (
	"strings"

	"github.com/connector-spec/connector/formula"
)

// likely are the last words of paths that tell who is connected, the best first.
var likely = []string{"me", "whoami", "self", "current", "user", "account", "profile", "userinfo", "users", "accounts", "status"}

// test finds a GET that needs nothing, and best tells who is connected.
func (im *openAPI) test() formula.Value {
	best, rank := "", len(likely)+1
	paths := im.doc.Get("paths")
	for i, path := range paths.Keys() {
		_, item := paths.At(i)
		item = im.resolve(item)
		get := item.Get("get")
		if !strings.HasPrefix(path, "/") || strings.ContainsAny(path, "{}?# $") || !get.IsObject() || !im.secured(get) {
			continue
		}
		if im.needs(item.Get("parameters")) || im.needs(get.Get("parameters")) || get.Get("deprecated").Truthy() {
			continue
		}
		if r := rankOf(path); best == "" || r < rank || r == rank && len(path) < len(best) {
			best, rank = path, r
		}
	}
	if best == "" {
		best = "/me"
		im.note("the document has no GET without parameters: replace the path of the test, which is /me now")
	} else {
		im.note("the test is GET %s: see that any user may send it, and that it fails without a credential", best)
	}
	return object("implementationType", formula.String("rest-api-mapping"),
		"mapping", object("method", formula.String("get"), "path", formula.String(best)))
}

func rankOf(path string) int {
	last := strings.ToLower(path[strings.LastIndexByte(path, '/')+1:])
	for i, word := range likely {
		if last == word {
			return i
		}
	}
	return len(likely)
}

// secured tells whether an operation wants a credential.
func (im *openAPI) secured(operation formula.Value) bool {
	own := operation.Get("security")
	if own.IsMissing() {
		own = im.doc.Get("security")
	}
	if own.IsMissing() { // then nobody said
		return true
	}
	for _, requirement := range items(own) {
		if requirement.Len() == 0 {
			return false
		}
	}
	return own.Len() > 0
}

// needs tells whether one of the parameters is required.
func (im *openAPI) needs(parameters formula.Value) bool {
	for _, p := range items(parameters) {
		if im.resolve(p).Get("required").Truthy() {
			return true
		}
	}
	return false
}
