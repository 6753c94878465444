package simulate

import (
	"regexp"
	"slices"
	"strconv"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

// A Leaf is a place in an answer that a formula reads.
type Leaf struct {
	// Step is the step whose answer it is in, and Index which of its requests.
	Step  string
	Index int
	Path  []formula.Step
	// Header says that it is a header.
	Header bool
	// Optional says that only response handlers read it: an answer that is no
	// error need not have it.
	Optional bool
}

// Groups of leaves that are no answer to a method.
const (
	readToken = "token answer"
	readQuery = "callback"
)

// Key names the leaf.
func (l Leaf) Key() string {
	return l.Step + " " + strconv.Itoa(l.Index) + " " + pathText(l.Path)
}

func pathText(path []formula.Step) string {
	var b strings.Builder
	for _, s := range path {
		if s.IsIndex {
			b.WriteString("[" + formula.FormatNumber(s.Index) + "]")
			continue
		}
		b.WriteString("." + s.Property)
	}
	return b.String()
}

func (l Leaf) first() string {
	if len(l.Path) > 0 {
		return l.Path[0].Property
	}
	return ""
}

// name returns the last name on the way to the leaf.
func (l Leaf) name() string {
	for _, s := range slices.Backward(l.Path) {
		if !s.IsIndex && strings.Trim(s.Property, "0123456789") != "" {
			return s.Property
		}
	}
	return ""
}

// Leaves lists what the formulas read of the answers to a step.
func (p *Provider) Leaves(step string) []Leaf {
	switch step {
	case StepToken, StepRefresh, StepAccess, StepBorrow:
		return p.leaves(readToken)
	case StepAuthorize:
		return p.leaves(readQuery)
	}
	var list []Leaf
	for i := range max(1, len(p.steps(step))) {
		list = append(list, p.answered(step, i)...)
	}
	return list
}

// pointer returns where the body of a step's method stands, and under which name
// its formulas read.
func (p *Provider) pointer(step string) (method, pointer string) {
	switch {
	case step == "run":
		return "run", p.facts.Operation
	case step == "test" && p.facts.TestOperation != "":
		return "run", p.facts.TestOperation
	}
	return step, formula.Pointer(step)
}

// lookup returns the value at a pointer of the option.
func (p *Provider) lookup(pointer string) formula.Value {
	v := p.facts.Option
	for _, token := range strings.Split(pointer, "/")[1:] {
		token = strings.ReplaceAll(strings.ReplaceAll(token, "~1", "/"), "~0", "~")
		if list, ok := v.AsList(); ok {
			i, err := strconv.Atoi(token)
			if err != nil || i < 0 || i >= len(list) {
				return formula.Undefined
			}
			v = list[i]
			continue
		}
		v = v.Get(token)
	}
	return v
}

// steps lists the requests of a method that has several.
func (p *Provider) steps(step string) []formula.Value {
	_, pointer := p.pointer(step)
	list, _ := p.lookup(pointer + "/mapping/steps").AsList()
	return list
}

// answered lists what is read of the answer to one request of a method.
func (p *Provider) answered(step string, index int) []Leaf {
	method, pointer := p.pointer(step)
	steps := p.steps(step)
	list := newLeaves(step, index)
	own := pointer + formula.Pointer("mapping", "steps", strconv.Itoa(index)) + "/"
	for _, r := range p.facts.Reads {
		if r.Method != method || !strings.HasPrefix(r.Pointer, pointer+"/") {
			continue
		}
		path := r.Path.Steps()
		inSteps := strings.HasPrefix(r.Pointer, pointer+"/mapping/steps/")
		if len(steps) > 0 && len(path) > 3 && path[0].Property == "steps" && index < len(steps) && path[1].Property == steps[index].Get("name").Text() {
			if steps[index].Has("responseMapping") {
				continue // it reads what that gives
			}
			path = path[2:]
		} else if len(steps) > 0 && (inSteps && !strings.HasPrefix(r.Pointer, own) || !inSteps && index != len(steps)-1) {
			continue
		}
		list.response(path, false)
	}
	if index == max(0, len(steps)-1) {
		for _, path := range slices.Concat(pathsIn(p.lookup(pointer)), iterated(p.lookup(pointer)), looped(p.lookup(pointer))) {
			list.response(path, false)
		}
		if !p.lookup(pointer+"/mapping").Has("responseMapping") && (step == "test" || step == "run") {
			for _, r := range p.facts.Reads {
				if path := r.Path.Steps(); len(path) > 1 && path[0].Property == "test" {
					list.add(path[1:], false, false)
				}
			}
		}
	}
	if step == "test" || step == "run" || step == "disconnect" {
		for _, r := range p.facts.Reads {
			if strings.Contains(r.Pointer, "/responseHandlers") {
				list.response(r.Path.Steps(), true)
			}
		}
	}
	return list.leaves
}

// leaves lists what is read of a token answer, or of a callback.
func (p *Provider) leaves(group string) []Leaf {
	list := newLeaves(group, 0)
	given := []string{"access_token", "refresh_token", "token_type", "expires_in", "scope"}
	given = append(given, p.facts.Option.Get("inputSchema").Get("properties").Keys()...)
	for _, name := range []string{obtains, refreshes, "getCredentialsFromAccessTokenResponse", "getCredentialsFromRefreshTokenResponse"} {
		m := p.facts.Option.Get(name).Get("mapping")
		given = append(given, m.Keys()...)
		given = append(given, m.Get("responseMapping").Keys()...)
	}
	root := map[string]string{readToken: "tokenResponse", readQuery: "queryParameters"}[group]
	for _, r := range p.facts.Reads {
		path := r.Path.Steps()
		if len(path) < 2 {
			continue
		}
		switch name := path[0].Property; {
		case name == root && !slices.Contains(given[:5], path[1].Property):
			list.add(path[1:], false, false)
		case group == readToken && (name == "credentials" || name == "authData") && !slices.Contains(given, path[1].Property):
			list.add(path[1:], false, false)
		}
	}
	return list.leaves
}

// A leafList collects leaves.
type leafList struct {
	step   string
	index  int
	leaves []Leaf
	known  map[string]bool
}

func newLeaves(step string, index int) *leafList {
	return &leafList{step: step, index: index, known: map[string]bool{}}
}

// response adds what a path reads of an answer.
func (l *leafList) response(path []formula.Step, optional bool) {
	if len(path) < 3 || path[0].Property != "response" {
		return
	}
	switch path[1].Property {
	case "data":
		l.add(path[2:], false, optional)
	case "headers":
		l.add(path[2:], true, optional)
	}
}

func (l *leafList) add(path []formula.Step, header, optional bool) {
	leaf := Leaf{l.step, l.index, path, header, optional}
	if key := leaf.Key(); !l.known[key] {
		l.known[key] = true
		l.leaves = append(l.leaves, leaf)
	}
}

var dataPath = regexp.MustCompile(`response\.data((?:\.[A-Za-z_]\w*|\[\d+\])+)`)

// pathsIn finds what a text of JSONata reads of an answer, by the look of it.
func pathsIn(v formula.Value) [][]formula.Step {
	var list [][]formula.Step
	walk(v, func(text string) {
		for _, m := range dataPath.FindAllStringSubmatch(text, -1) {
			if l, err := formula.ParseLocator("response.data" + m[1]); err == nil {
				list = append(list, l.Steps())
			}
		}
	}, "$jsonata")
	return list
}

var itemPath = regexp.MustCompile(`\bitem((?:\.[A-Za-z_]\w*)+)`)

// iterated finds what $iterate reads of the items of a list in an answer.
func iterated(v formula.Value) [][]formula.Step {
	var list [][]formula.Step
	if loop := v.Get("$iterate"); loop.IsObject() {
		source, err := formula.ParseLocator(loop.Get("source").Get("$var").Text())
		if err == nil {
			first := append(source.Steps(), formula.Step{IsIndex: true})
			walk(loop.Get("item"), func(text string) {
				for _, m := range itemPath.FindAllStringSubmatch(text, -1) {
					if l, err := formula.ParseLocator(m[1][1:]); err == nil {
						list = append(list, append(slices.Clip(first), l.Steps()...))
					}
				}
			})
			if len(list) == 0 {
				list = append(list, first)
			}
		}
	}
	for i := range v.Len() {
		if _, item := v.At(i); item.Len() > 0 && item.Kind() != formula.KindString {
			list = append(list, iterated(item)...)
		}
	}
	return list
}

// walk calls visit for the texts below a value; for those below a key alone if
// one is given.
func walk(v formula.Value, visit func(string), below ...string) {
	if text, ok := v.AsString(); ok && len(below) == 0 {
		visit(text)
	}
	for i := range v.Len() {
		key, item := v.At(i)
		if len(below) > 0 && key == below[0] {
			walk(item, visit)
			continue
		}
		if item.Len() > 0 || item.Kind() == formula.KindString {
			walk(item, visit, below...)
		}
	}
}

var (
	quotedText = regexp.MustCompile(`'([^']{1,60})'|"([^"]{1,60})"`)
	numberText = regexp.MustCompile(`(?:[=<>] *)(\d{1,9})\b`)
)

// Literals lists the texts and numbers that the formulas of a step, and the
// response handlers, compare with.
func (p *Provider) Literals(step string) []formula.Value {
	_, pointer := p.pointer(step)
	var list []formula.Value
	add := func(v formula.Value) {
		if !slices.ContainsFunc(list, v.Equal) {
			list = append(list, v)
		}
	}
	var collect func(formula.Value)
	collect = func(v formula.Value) {
		switch v.Kind() {
		case formula.KindNumber:
			add(v)
		case formula.KindString:
			for _, m := range quotedText.FindAllStringSubmatch(v.Text(), -1) {
				add(formula.String(m[1] + m[2]))
			}
			for _, m := range numberText.FindAllStringSubmatch(v.Text(), -1) {
				if n, err := strconv.Atoi(m[1]); err == nil {
					add(formula.Number(float64(n)))
				}
			}
			if text := v.Text(); len(text) <= 40 && !strings.ContainsAny(text, "${") {
				add(v)
			}
		}
		for i := range v.Len() {
			key, item := v.At(i)
			if !slices.Contains([]string{"$var", "field", "operator", "path", "name"}, key) || strings.Contains(item.Text(), "${") {
				collect(item)
			}
		}
	}
	body := p.lookup(pointer + "/mapping")
	for _, at := range []formula.Value{
		body.Get("responseMapping"), body.Get("steps"), p.facts.Option.Get("makeApiClient").Get("mapping").Get("responseHandlers"),
	} {
		collect(at)
	}
	const most = 24
	return list[:min(most, len(list))]
}

// kind returns the implementation type of a step's method.
func (p *Provider) kind(step string) string {
	_, pointer := p.pointer(step)
	return p.lookup(pointer + "/type").Text()
}

// scripted tells whether the method of a step is a script.
func (p *Provider) scripted(step string) bool { return p.kind(step) == spec.KindJavaScript }

// Scripted tells whether the method of a step is a script, whose answers nobody
// knows the shape of.
func (p *Provider) Scripted(step string) bool { return p.scripted(step) }
