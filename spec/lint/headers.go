package lint

import (
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// eachHeaders visits the headers of an option's client, of its signature and of
// its requests, where they are an object, with their pointers.
func eachHeaders(o *spec.Option, visit func(pointer string, headers formula.Value)) {
	look := func(pointer string, headers formula.Value) {
		if headers.Len() > 0 && headers.IsObject() {
			visit(pointer, headers)
		}
	}
	client, pointer := Client(o)
	look(pointer+"/headers", client.Get("headers"))
	look(pointer+"/sign/headers", client.Get("sign").Get("headers"))
	for at, r := range eachRequest(o) {
		look(at+"/requestMapping/headers", r.Get("requestMapping").Get("headers"))
	}
}

// authorizationParts returns what an Authorization header is made of: texts
// and formulas in a row.
func authorizationParts(v formula.Value) []formula.Value {
	if list, ok := v.Get("$concat").AsList(); ok {
		return list
	}
	return []formula.Value{v}
}
