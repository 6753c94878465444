package script

import (
	"slices"
	"strings"

	"github.com/tdewolff/parse/v2/js"
)

// literals collects the modules that a script names, and its URLs.
func (t *tree) literals(s *Script) {
	imported := func(data []byte) {
		if span, ok := t.place(data); ok {
			s.Imports = append(s.Imports, Literal{span, unquote(data)})
		}
	}
	t.walk(t.root, func(n js.INode) bool {
		switch n := n.(type) {
		case *js.ImportStmt:
			imported(n.Module)
		case *js.ExportStmt:
			if n.Module != nil {
				imported(n.Module)
			}
		case *js.CallExpr:
			if l, ok := t.requires(n); ok {
				imported(l.Data)
			}
		case *js.LiteralExpr:
			if n.TokenType == js.StringToken && isURL(unquote(n.Data), nil) {
				t.url(s, n.Data, unquote(n.Data))
			}
		case *js.TemplateExpr:
			t.template(s, n)
		case *js.PropertyName: // the name of a property is no URL
			return n.Computed != nil
		}
		return true
	})
	byPlace := func(a, b Literal) int { return a.Offset - b.Offset }
	slices.SortStableFunc(s.Imports, byPlace)
	slices.SortStableFunc(s.URLs, byPlace)
}

// requires returns the name of the module that a call loads, if it is written
// out.
func (t *tree) requires(c *js.CallExpr) (*js.LiteralExpr, bool) {
	callee, ok := inner(c.X).(*js.LiteralExpr)
	if ok = ok && string(callee.Data) == "import"; !ok && !t.isGlobal(c.X, "require") || len(c.Args.List) == 0 {
		return nil, false
	}
	l, ok := inner(c.Args.List[0].Value).(*js.LiteralExpr)
	return l, ok && l.TokenType == js.StringToken
}

// template notes the URL that a template begins with.
func (t *tree) template(s *Script, e *js.TemplateExpr) {
	if e.Tag != nil {
		return
	}
	head, after := e.Tail, []byte(nil)
	if len(e.List) > 0 {
		head, after = e.List[0].Value, e.Tail
		if len(e.List) > 1 {
			after = e.List[1].Value
		}
	}
	text := strings.TrimPrefix(string(head), "`")
	if len(e.List) == 0 {
		if text = unescape(strings.TrimSuffix(text, "`")); isURL(text, nil) {
			t.url(s, head, text)
		}
		return
	}
	after = []byte(strings.Trim(string(after), "}`"))
	if text = unescape(strings.TrimSuffix(text, "${")); isURL(text, &after) {
		t.url(s, head, text)
	}
}

// url notes a URL. One whose place is not found exactly is kept all the same:
// what it names matters more.
func (t *tree) url(s *Script, data []byte, text string) {
	span, _ := t.place(data)
	s.URLs = append(s.URLs, Literal{span, text})
}

// isURL tells whether a text is an absolute URL, up to the end of its host at
// least. If a value follows it, then is the text behind that value: the value
// may be a part of the host.
func isURL(text string, then *[]byte) bool {
	rest, ok := cutScheme(text)
	if !ok {
		return false
	}
	end := strings.IndexAny(rest, `/?#\`)
	if end >= 0 {
		return end > 0
	}
	if then == nil {
		return rest != ""
	}
	// A value such as a path may follow a host that ends like one.
	joined := len(*then) > 0 && !strings.ContainsRune("/?#", rune((*then)[0]))
	return strings.Contains(rest, ".") && !strings.HasSuffix(rest, ".") && !strings.HasSuffix(rest, "-") && !strings.HasSuffix(rest, ":") && !joined
}

func cutScheme(text string) (rest string, ok bool) {
	for _, scheme := range []string{"https://", "http://"} {
		if len(text) > len(scheme) && strings.EqualFold(text[:len(scheme)], scheme) {
			return text[len(scheme):], true
		}
	}
	return "", false
}
