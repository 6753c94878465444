package spec

import (
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
)

// shared are the fields of a spec that files of other kinds have as well.
var shared = []string{
	"api", "audience", "categories", "data", "description", "environments", "events", "key", "name", "operations", "password",
	"region", "service", "stage", "test", "title", "type", "ui", "username", "version",
}

// foreign returns what is said of a document that is no spec at all: it has no
// auth and no type, nothing else that is of this language alone or nearly so,
// and fields that are not. Whatever more would be said of it means nothing.
func (c *Connector) foreign() (Diagnostic, bool) {
	doc := c.source.Value()
	if c.Generation != 3 || !doc.IsObject() || doc.Has("auth") {
		return Diagnostic{}, false
	}
	known := librarySpec().doc.Get("properties")
	own := slices.DeleteFunc(slices.Clone(known.Keys()), func(key string) bool { return slices.Contains(shared, key) })
	strange := false
	for i, key := range doc.Keys() {
		_, v := doc.At(i)
		text, isText := v.AsString()
		switch {
		case key == "type" && (!isText || meantValue(text, authTypes) != "" || slices.Contains(authTypes, text)):
			return Diagnostic{}, false
		case slices.Contains(own, key) || key == "authentication" || key == "authType" || nearest(key, own) != "" && !strings.HasPrefix(key, "author"):
			return Diagnostic{}, false
		case !known.Has(key) && !strings.HasPrefix(key, "x-"):
			strange = true
		}
	}
	if !strange {
		return Diagnostic{}, false
	}
	return c.source.Diagnose("no-connector", Error, formula.Pointer(doc.Keys()[0]), AtKey(),
		`this is no connector: it has neither "auth" nor a "type" of authentication`, `give the path of a connector; a spec has "auth", which says how users authenticate`), true
}
