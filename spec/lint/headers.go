package lint

import (
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// eachHeaders visits the headers of an option's client and of its requests,
// where they are an object, with their pointers.
func eachHeaders(o *spec.Option, visit func(pointer string, headers formula.Value)) {
	client, pointer := Client(o)
	if headers := client.Get("headers"); headers.Len() > 0 && headers.IsObject() {
		visit(pointer+"/headers", headers)
	}
	for _, method := range requestMethods {
		if !o.Value.Has(method) {
			continue
		}
		requests, pointers := Requests(o, method)
		for i, r := range requests {
			if headers := r.Get("requestMapping").Get("headers"); headers.Len() > 0 && headers.IsObject() {
				visit(pointers[i]+"/requestMapping/headers", headers)
			}
		}
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
