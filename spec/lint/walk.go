package lint

import (
	"slices"
	"strconv"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// A digest is what several rules look at, gathered once for a connector.
type digest struct {
	texts       []writtenText
	addresses   [][]address    // of each option
	credentials [][]credential // of each option
	foreign     bool           // a text may hold a template of another language
}

// digest returns what is gathered from the connector.
func (p *Pass) digest() *digest {
	if p.gathered != nil {
		return p.gathered
	}
	d := &digest{addresses: make([][]address, len(p.Options)), credentials: make([][]credential, len(p.Options))}
	for i, o := range p.Options {
		d.addresses[i] = addressesOf(o.Option)
		d.credentials[i] = credentialsOf(o.Option)
	}
	w := walk{keys: make([]string, 0, 16), digest: d}
	w.walk(p.Connector.Auth)
	if p.Connector.Generation != 3 { // a flat spec has nothing beside Auth
		w.inMeta = true
		w.walk(p.Connector.Meta)
	}
	p.gathered = d
	return d
}

// A writtenText is a text in the connector's files that holds a URL, or may
// hold a secret.
type writtenText struct {
	text   string
	keys   []string // of where it stands
	inMeta bool     // in what is not about authentication
	// maybeSecret tells that it is worth while to look for secrets in it.
	maybeSecret bool
	isOwn       bool // in a field of the author's own
	hasQuery    bool // it may be a URL or a path with a query
}

// pointer returns the pointer of the text in Auth or Meta.
func (t *writtenText) pointer() string { return formula.Pointer(t.keys...) }

// field returns the name of what holds the text.
func (t *writtenText) field() string { return t.keys[len(t.keys)-1] }

// isScript tells whether the text is the code of a method.
func (t *writtenText) isScript() bool { return len(t.keys) > 1 && t.field() == "code" }

// reportText adds a finding at a text.
func (p *Pass) reportText(t *writtenText, at spec.At, message, hint string) *spec.Diagnostic {
	if t.inMeta {
		return p.ReportMeta(t.pointer(), at, message, hint)
	}
	return p.ReportAuth(t.pointer(), at, message, hint)
}

// A walk goes through the texts of a value.
type walk struct {
	keys   []string
	inMeta bool
	own    int // how many of the keys are those of the author's own fields
	digest *digest
}

func (w *walk) walk(v formula.Value) {
	isObject := v.IsObject()
	for i := range v.Len() {
		key, item := v.At(i)
		if !isObject {
			key = strconv.Itoa(i)
		}
		own := 0
		if strings.HasPrefix(key, "x-") && isObject {
			own = 1
		}
		if text, ok := item.AsString(); ok {
			w.text(key, text, w.own+own > 0)
		} else if item.Len() > 0 {
			w.keys, w.own = append(w.keys, key), w.own+own
			w.walk(item)
			w.keys, w.own = w.keys[:len(w.keys)-1], w.own-own
		}
	}
}

// text keeps a text if a rule may want to look at it.
func (w *walk) text(key, text string, isOwn bool) {
	d := w.digest
	d.foreign = d.foreign || !w.inMeta && key != "code" && (key == "var" || seemsForeign(text))
	hasURL, maybeSecret := glance(text)
	hasQuery := maybeQuery(text)
	isOwn = isOwn && spec.SaysSecret(key)
	if hasURL || maybeSecret || hasQuery || isOwn || key == "code" {
		d.texts = append(d.texts, writtenText{text, append(slices.Clone(w.keys), key), w.inMeta, maybeSecret, isOwn, hasQuery})
	}
}

// maybeQuery tells quickly whether a text may hold a URL or a path with a
// query.
func maybeQuery(text string) bool {
	i := strings.IndexByte(text, '?')
	return i > 0 && strings.IndexByte(text[i:], '=') > 0 && strings.IndexByte(text[:i], '/') >= 0
}

// glance tells quickly whether a text holds a URL, and whether it may hold
// something that looks like a secret: a long run of letters with digits in it,
// a key, or a URL with a password.
func glance(text string) (hasURL, maybeSecret bool) {
	if len(text) < 10 {
		return false, false
	}
	run, digits := 0, 0
	for i := range len(text) {
		switch c := text[i]; {
		case 'a' <= c|0x20 && c|0x20 <= 'z' || c == '_' || c == '-':
			run++
		case '0' <= c && c <= '9':
			run, digits = run+1, digits+1
		case c == ':' && strings.HasPrefix(text[i:], "://"):
			hasURL, run, digits = true, 0, 0
		default:
			maybeSecret = maybeSecret || c == '@' && hasURL
			run, digits = 0, 0
		}
		maybeSecret = maybeSecret || run >= 15 && digits > 0
	}
	return hasURL, maybeSecret || strings.Contains(text, "-----BEGIN ")
}
