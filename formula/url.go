package formula

import (
	"errors"
	"fmt"
	"net/url"
	"strconv"
	"strings"
)

// A URLKind says what a compiled URL is for.
type URLKind uint8

// The kinds of URLs.
const (
	// URLBase is absolute: what an author writes of scheme, port and host
	// stays what it is, whatever the variables hold. A base that begins with
	// one formula may be any https origin with a path.
	URLBase URLKind = iota
	// URLPath is relative to a base, or absolute as a base is. A formula gives
	// one encoded segment; one that is the whole path gives a path.
	URLPath
	// URLEndpoint is absolute as a base is. One that is wholly a formula may
	// have a query, as the authorization endpoints of some servers do.
	URLEndpoint
)

// An Address is the URL that a [URLProgram] gives.
type Address struct {
	URL string
	// Literal tells that the author wrote the whole host, so that no variable
	// has a part in where requests go.
	Literal bool

	parsed *url.URL // nil if nobody had to read it
}

// Parse reads the URL, unless it was read when it was made. The result is not to
// be changed.
func (a Address) Parse() (*url.URL, error) {
	if a.parsed != nil {
		return a.parsed, nil
	}
	return url.Parse(a.URL)
}

// Equal tells whether two addresses are the same.
func (a Address) Equal(b Address) bool { return a.URL == b.URL && a.Literal == b.Literal }

// A URLProgram is a compiled URL. It does not change and may be used by many
// goroutines at once.
type URLProgram struct {
	eval urlOperation
	refs []Reference
}

// A urlOperation gives a URL; for the origin alone it reads no value that stands
// behind the host.
type urlOperation func(f *frame, origin bool) (Address, error)

// CompileURL compiles an authored URL: text with ${expressions}, $concat of a
// list, $case and $firstNotEmpty over such URLs, or any other formula.
func CompileURL(v Value, kind URLKind, o Options) (*URLProgram, []Problem) {
	u := urlCompiler{&compiler{options: o, funcs: builtins}, kind}
	eval := u.url(v)
	if t := u.check(v, true); t.never(ofText) && v.kind == KindObject {
		u.report("wrong-type", "a URL is text, and this is "+t.describe(), "")
	}
	return &URLProgram{eval: eval, refs: u.refs}, u.problems
}

// Eval evaluates the URL over variables, an object. A result without a URL is
// undefined: an address that is empty.
func (p *URLProgram) Eval(variables Value, run Run) (Address, error) {
	return p.eval(&frame{vars: variables, run: run}, false)
}

// EvalOrigin evaluates as much of the URL as decides where requests go: a value
// that stands behind its host is not read, and may be missing. The rest of the
// result means nothing.
func (p *URLProgram) EvalOrigin(variables Value, run Run) (Address, error) {
	return p.eval(&frame{vars: variables, run: run}, true)
}

// References lists the variables that the URL reads.
func (p *URLProgram) References() []Reference { return p.refs }

type urlCompiler struct {
	*compiler
	kind URLKind
}

// A urlPiece is a part of a URL: what the author wrote, or a value.
type urlPiece struct {
	literal string
	value   *compiled
	encode  bool // the value came by ${}, so it is encoded for its place
	name    string
}

func (u urlCompiler) url(v Value) urlOperation {
	switch v.kind {
	case KindString:
		if pieces := u.pieces(v); pieces != nil {
			return u.join(pieces)
		}
	case KindObject:
		if f := u.formulaOf(v); f != nil {
			if op := u.formula(f.Name, v); op != nil {
				return op
			}
			if u.kind != URLPath && f.Name != "$var" && f.Name != "$plain" && joinsURL(v.String()) {
				return u.unsafe("a formula that puts a URL together lets a value change its host", `write the URL as text, as in "https://${…}.example.com/v1", or with $concat, $case or $firstNotEmpty`)
			}
			return u.whole(u.value(v), f.Name)
		}
	}
	if s := v.Text(); u.kind != URLPath && joinsURL(s) {
		return u.unsafe("an expression that puts a URL together lets a value change its host", `write the text around the values, as in "https://${…}.example.com/v1"`)
	}
	part := u.value(v)
	if v.kind != KindString && v.kind != KindUndefined { // the schema says what is missing
		u.report("bad-url", "a URL is text or a formula, not "+kindWithArticle(v), "")
	}
	return u.whole(part, "the URL")
}

// formula compiles the formulas whose parts are known: nil for the others.
func (u urlCompiler) formula(name string, v Value) urlOperation {
	_, arg := v.At(0)
	switch {
	case name == "$concat" && arg.kind == KindList && arg.Len() > 0:
		u.enter("$concat")
		defer u.leave()
		return u.join(u.concatPieces(arg))
	case name == "$firstNotEmpty" && arg.kind == KindList:
		u.enter("$firstNotEmpty")
		defer u.leave()
		var ops []urlOperation
		for i, item := range arg.node.items {
			u.enter(strconv.Itoa(i))
			ops = append(ops, u.url(item))
			u.leave()
		}
		return firstURL(ops)
	case name == "$case" && arg.kind == KindObject && arg.Get("cases").kind == KindList:
		return u.cases(arg)
	}
	return nil
}

// joinsURL tells whether an expression or formula holds the start of a URL and
// something that joins texts.
func joinsURL(source string) bool {
	if !strings.Contains(source, "://") {
		return false
	}
	for _, sign := range []string{"+", "&", "join", "replace", "$tpl", "$concat", "${"} {
		if rest := strings.TrimPrefix(source, "${"); strings.Contains(rest, sign) {
			return true
		}
	}
	return false
}

// unsafe reports a URL whose host the author does not have in hand.
func (u urlCompiler) unsafe(message, hint string) urlOperation {
	u.report("bad-url", message, hint)
	err := urlError(u.pointer(), errors.New(message))
	return func(*frame, bool) (Address, error) { return Address{}, err }
}

// firstURL is $firstNotEmpty: an operation that gives nothing passes on.
func firstURL(ops []urlOperation) urlOperation {
	return func(f *frame, origin bool) (Address, error) {
		for _, op := range ops {
			if a, err := op(f, origin); err != nil || a.URL != "" {
				return a, err
			}
		}
		return Address{}, nil
	}
}

// cases is $case with URLs for values.
func (u urlCompiler) cases(arg Value) urlOperation {
	type urlChoice struct {
		filter func(*frame) (bool, error)
		op     urlOperation
	}
	var choices []urlChoice
	u.enter("$case")
	u.enter("cases")
	for i, item := range arg.Get("cases").node.items {
		u.enter(strconv.Itoa(i))
		var c urlChoice
		c.filter = u.choice(item.Without("value")).filter
		u.enter("value")
		c.op = u.url(item.Get("value"))
		u.leave()
		u.leave()
		choices = append(choices, c)
	}
	u.leave()
	fallback := func(*frame, bool) (Address, error) { return Address{}, nil }
	if d := arg.Get("default"); !d.IsMissing() {
		u.enter("default")
		fallback = u.url(d)
		u.leave()
	}
	u.leave()
	return func(f *frame, origin bool) (Address, error) {
		for _, c := range choices {
			ok := true
			if c.filter != nil {
				var err error
				if ok, err = c.filter(f); err != nil {
					return Address{}, err
				}
			}
			if ok {
				return c.op(f, origin)
			}
		}
		return fallback(f, origin)
	}
}

// pieces splits a text with expressions; nil if it cannot be split, or is one
// expression.
func (u urlCompiler) pieces(v Value) []urlPiece {
	if u.options.Dialect == DialectMembrane || !strings.Contains(v.str, "${") {
		return []urlPiece{{literal: v.str}}
	}
	parts, open := splitTemplate(v.str)
	if open >= 0 || len(parts) == 1 && parts[0].isExpr {
		return nil
	}
	pieces := make([]urlPiece, 0, len(parts))
	for _, p := range parts {
		if !p.isExpr {
			pieces = append(pieces, urlPiece{literal: p.literal})
			continue
		}
		c := u.expression(p.source, p.offset, len(p.source))
		pieces = append(pieces, urlPiece{value: &c, encode: true, name: strings.TrimSpace(p.source)})
	}
	return pieces
}

// concatPieces splits the list of a $concat; its values are not encoded.
func (u urlCompiler) concatPieces(list Value) []urlPiece {
	var pieces []urlPiece
	for i, item := range list.node.items {
		u.enter(strconv.Itoa(i))
		if s, ok := item.AsString(); ok && (u.options.Dialect == DialectMembrane || !strings.Contains(s, "${")) {
			pieces = append(pieces, urlPiece{literal: s})
		} else {
			before := len(u.refs)
			c := u.value(item)
			p := urlPiece{value: &c, name: "item " + strconv.Itoa(i+1) + " of $concat"}
			if len(u.refs) > before {
				p.name = strings.TrimPrefix(u.refs[before].Path.String(), "$.")
			}
			pieces = append(pieces, p)
		}
		u.leave()
	}
	return pieces
}

// whole compiles a URL that is one formula.
func (u urlCompiler) whole(c compiled, name string) urlOperation {
	pointer, kind := u.pointer(), u.kind
	return func(f *frame, _ bool) (Address, error) {
		v, err := c.run(f)
		if err != nil || v.IsMissing() {
			return Address{}, err
		}
		s, ok := v.AsString()
		if !ok {
			return Address{}, urlError(pointer, fmt.Errorf("a URL is text, not %s", kindWithArticle(v)))
		}
		switch kind {
		case URLPath:
			err = checkWholePath(s)
		case URLEndpoint:
			err = checkWholeEndpoint(s)
		default:
			err = checkWholeBase(s)
		}
		if err != nil {
			return Address{}, urlError(pointer, fmt.Errorf("the value of %s %w", name, err))
		}
		return Address{URL: s}, nil
	}
}

func urlError(pointer string, err error) error {
	return &Error{Pointer: pointer, Offset: -1, Err: err}
}

// join compiles a URL made of pieces.
func (u urlCompiler) join(pieces []urlPiece) urlOperation {
	pointer, kind := u.pointer(), u.kind
	if len(pieces) == 1 && pieces[0].value == nil {
		return u.literal(pieces[0].literal)
	}
	if name := endOfHost(pieces); name != "" {
		return u.unsafe(fmt.Sprintf("the value of %s goes on with the host that stands before it", name), `put a "/" between them, or a "." behind what a user may choose`)
	}
	u.probe(pieces)
	return func(f *frame, origin bool) (Address, error) {
		w := urlWriter{kind: kind, literal: true}
		if kind == URLPath && !strings.Contains(pieces[0].literal, "://") {
			w.part = partPath
		}
		for i := range pieces {
			if origin && w.part >= partPath {
				break
			}
			if err := w.piece(f, &pieces[i], i == 0); err != nil {
				var e *Error
				if errors.As(err, &e) {
					return Address{}, err
				}
				return Address{}, urlError(pointer, err)
			}
		}
		if err := f.build(len(w.b)); err != nil {
			return Address{}, urlError(pointer, err)
		}
		made := string(w.b)
		parsed, err := w.check(made)
		if err != nil {
			return Address{}, urlError(pointer, err)
		}
		return Address{made, w.literal, parsed}, nil
	}
}

// probe reports a URL of pieces that is none whatever the values are.
func (u urlCompiler) probe(pieces []urlPiece) {
	if pieces[0].value != nil {
		if len(pieces) == 1 {
			return
		}
		what := "the base address"
		if u.kind == URLEndpoint {
			what = "the address"
		}
		if next := pieces[1].literal; u.kind != URLPath && next != "" && !strings.ContainsAny(next[:1], "/?") {
			u.report("bad-url", fmt.Sprintf("%s begins with the value of %s, and %q goes on with it", what, pieces[0].name, next),
				`write "https://" before the value if it is a part of the host, or "/" behind it if it is a whole address`)
		}
		return
	}
	var sample, shown strings.Builder
	for _, p := range pieces {
		sample.WriteString(p.literal)
		shown.WriteString(p.literal)
		if p.value != nil {
			sample.WriteByte('1') // in a port, too
			shown.WriteString("${" + p.name + "}")
		}
	}
	if err := checkLiteral(sample.String(), u.kind); err != nil {
		u.report("bad-url", fmt.Sprintf("%q %v", shown.String(), err), "a URL is written as https://host/path")
	}
}

// literal compiles a URL without formulas and reports what is wrong with it.
func (u urlCompiler) literal(s string) urlOperation {
	if err := checkLiteral(s, u.kind); err != nil {
		u.report("bad-url", fmt.Sprintf("%q %v", s, err), "a URL is written as https://host/path")
		return func(*frame, bool) (Address, error) {
			return Address{}, urlError("", fmt.Errorf("%q %w", s, err))
		}
	}
	parsed, _ := url.Parse(s)
	return func(*frame, bool) (Address, error) { return Address{s, true, parsed}, nil }
}

// endOfHost returns the name of a value that stands directly behind a host
// that the author began, and ends it; "" if there is none.
func endOfHost(pieces []urlPiece) string {
	for i := 1; i < len(pieces); i++ {
		before, host, ok := strings.Cut(pieces[i-1].literal, "://")
		if pieces[i].value == nil || pieces[i-1].value != nil || !ok || before == "" || strings.ContainsAny(host, "/?#") {
			continue
		}
		last := host == "" || strings.ContainsAny(host[len(host)-1:], ".-:")
		ends := i+1 == len(pieces) || pieces[i+1].value == nil && strings.ContainsAny(pieces[i+1].literal[:1], "/?#:")
		if !last && ends {
			return pieces[i].name
		}
	}
	return ""
}

func checkLiteral(s string, kind URLKind) error {
	if kind == URLPath && !strings.Contains(s, "://") {
		if strings.HasPrefix(s, "//") {
			return errors.New("begins with two slashes, which names another host")
		}
		return nil
	}
	parsed, err := url.Parse(s)
	switch {
	case err != nil:
		return errors.New("is no URL")
	case parsed.Scheme != "https" && parsed.Scheme != "http":
		return errors.New("is no URL that begins with https://")
	case parsed.Host == "":
		return errors.New("is a URL without a host")
	case parsed.User != nil:
		return errors.New("is a URL with a user name, which is refused; use auth: {username, password}")
	}
	return nil
}
