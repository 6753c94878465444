package lint

import (
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// secretName returns the name of a variable if it holds a secret: an input or
// a connector parameter that is marked as one, or a part of the credentials
// that is called like one. It is "" for any other.
func secretName(o *spec.Option, path formula.Locator) string {
	root, name := path.Names()
	if name == "" {
		return ""
	}
	switch root {
	case "connectionInput", "connectionParameters":
		if spec.IsSensitive(inputOf(o, name)) || isTokenName(name) {
			return name
		}
	case "connectorParameters":
		if spec.IsSensitive(o.Value.Get("parametersSchema").Get("properties").Get(name)) || isTokenName(name) {
			return name
		}
	case "credentials", "authData":
		if spec.IsSensitive(inputOf(o, name)) || isTokenName(name) {
			return name
		}
	}
	return ""
}

// inputOf returns the schema of an input of an option.
func inputOf(o *spec.Option, name string) formula.Value {
	return o.Value.Get("inputSchema").Get("properties").Get(name)
}

// isTokenName tells whether a name alone says that what it names is a secret.
func isTokenName(name string) bool { return spec.SaysSecret(name) }

// variableAt returns the place of the expression that reads a variable of that
// name in the text at a pointer of an option; the text itself if it cannot be
// told.
func variableAt(o *spec.Option, pointer, name string) spec.At {
	text := lookup(o.Value, pointer).Text()
	for start := 0; ; {
		i := strings.Index(text[start:], "${")
		if i < 0 {
			return spec.AtValue()
		}
		start += i
		end := strings.IndexByte(text[start:], '}') + 1
		if end == 0 {
			return spec.AtValue()
		}
		if strings.Contains(text[start:start+end], "."+name) {
			return spec.AtText(start, end)
		}
		start += end
	}
}
