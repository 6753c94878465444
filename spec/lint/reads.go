package lint

import (
	"io/fs"
	"path"
	"strconv"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// isInputRoot tells whether a variable holds what a user has entered.
func isInputRoot(root string) bool {
	switch root {
	case "connectionInput", "connectionParameters", "credentials", "authData", "":
		return true
	}
	return false
}

// authoredType returns the type that an option has in the spec, before it is
// lowered.
func authoredType(o *spec.Option) string {
	auth := o.Connector().Auth
	if o.Key != spec.DefaultOption {
		if t := auth.Get("options").Get(o.Key).Get("type").Text(); t != "" {
			return t
		}
	}
	return auth.Get("type").Text()
}

// isPlatformType tells whether the platform, and not the user, gives the
// credentials of a type.
func isPlatformType(name string) bool {
	return name == "proxy" || name == "integration-app-token" || name == "membrane-token"
}

// hasKey tells whether a key stands anywhere in a value.
func hasKey(v formula.Value, key string) bool {
	if v.Has(key) {
		return true
	}
	for i := range v.Len() {
		if _, item := v.At(i); item.Len() > 0 && hasKey(item, key) {
			return true
		}
	}
	return false
}

// mentions tells whether one of the texts or keys of a value holds a word.
func mentions(v formula.Value, word string) bool {
	if text, ok := v.AsString(); ok {
		return strings.Contains(text, word)
	}
	for i := range v.Len() {
		if key, item := v.At(i); strings.Contains(key, word) || mentions(item, word) {
			return true
		}
	}
	return false
}

// isOpaque tells whether an option has parts of which nobody knows what they
// read: scripts and JSONata, which may take a variable as a whole.
func isOpaque(o *spec.Option) bool {
	for _, name := range spec.MethodNames() {
		m := o.Value.Get(name)
		if m.Get("type").Text() == spec.KindJavaScript || hasKey(m.Get("mapping"), "$jsonata") {
			return true
		}
	}
	return hasKey(o.Value.Get("connectionLabel"), "$jsonata")
}

// readElsewhere tells whether a connector has parts besides its auth that may
// read its inputs, and that lint does not look into.
func (p *Pass) readElsewhere() bool {
	for _, field := range []string{"data", "events", "operations"} {
		if p.Connector.Meta.Get(field).Len() > 0 {
			return true
		}
	}
	if p.Files == nil {
		return false
	}
	for _, dir := range []string{"data", "events", "operations", "global-webhooks", "flows"} {
		if _, err := fs.Stat(p.Files, path.Join(p.Connector.Root, dir)); err == nil {
			return true
		}
	}
	return false
}

// cutPointer cuts a pointer's beginning off if that is whole names.
func cutPointer(pointer, beginning string) (rest string, ok bool) {
	rest, ok = strings.CutPrefix(pointer, beginning)
	return rest, ok && (rest == "" || rest[0] == '/')
}

// lookup returns the value at a pointer.
func lookup(v formula.Value, pointer string) formula.Value {
	for name := range strings.SplitSeq(strings.TrimPrefix(pointer, "/"), "/") {
		name = strings.ReplaceAll(strings.ReplaceAll(name, "~1", "/"), "~0", "~")
		if list, ok := v.AsList(); ok {
			i, err := strconv.Atoi(name)
			if err != nil || i < 0 || i >= len(list) {
				return formula.Undefined
			}
			v = list[i]
			continue
		}
		v = v.Get(name)
	}
	return v
}
