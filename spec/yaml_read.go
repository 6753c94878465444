package spec

import (
	"bytes"
	"fmt"
	"slices"
	"strconv"
	"strings"

	"gopkg.in/yaml.v3"

	"github.com/connector-spec/connector/formula"
)

// Parse reads one YAML file: its value, and the place of everything in it. All
// that is wrong with the file as YAML comes back as diagnostics in their
// order. The Source can be asked for places even if the document could not be
// read; [Source.Readable] tells. It keeps data, which must not change any more.
//
// Most files are read without the YAML library, and by it only when somebody
// asks for a place in them.
func Parse(name string, data []byte) (*Source, []Diagnostic) {
	if value, ok := readOrdinary(data); ok {
		s := newSource(name, data, 0)
		s.value, s.ordinary = value, true
		return s, nil
	}
	return parseAny(name, data)
}

// parseAny reads a file with the YAML library.
func parseAny(name string, data []byte) (*Source, []Diagnostic) {
	bom := 0
	if bytes.HasPrefix(data, []byte(utf8BOM)) {
		bom = len(utf8BOM)
	}
	r := &reader{Source: newSource(name, data, bom)}
	if r.prescan() {
		r.document()
	}
	if len(r.found) > 0 {
		r.finish()
	}
	return r.Source, r.found
}

// A reader builds a Source and collects what is wrong with it.
type reader struct {
	*Source
	found   []Diagnostic
	left    int    // how many diagnostics were left out
	tags    bool   // whether an exclamation mark stands where a tag may
	spent   int    // bytes parsed so far
	again   bool   // whether to start over, because keys were masked
	path    []step // to the value that is being read
	alias   int    // how many aliases lead to it
	aliased int    // values read through aliases so far
	bounded map[string]bool
}

// A step of a path is a node and which of its children is being read: the
// index of its value in Content.
type step struct {
	node  *yaml.Node
	index int
}

// report adds a diagnostic for a span of the file, unless there are too many.
// What it returns may be completed until the next one is added.
func (r *reader) report(code string, at span, message, hint string) *Diagnostic {
	if len(r.found) >= MaxDiagnostics {
		r.left++
		return &Diagnostic{}
	}
	r.found = append(r.found, r.diagnostic(code, at, message, hint))
	return &r.found[len(r.found)-1]
}

// finish sorts the diagnostics and says how many were left out.
func (r *reader) finish() {
	SortDiagnostics(r.found)
	if r.left == 0 {
		return
	}
	last := r.found[len(r.found)-1]
	last.Code, last.Severity, last.Fix = "too-many-problems", Error, nil
	last.Message = fmt.Sprintf("this file has %d more problems that are not shown", r.left)
	last.Hint = "mend the first ones, then look again"
	r.found = append(r.found, last)
}

// document parses the text and turns its first document into the value. If
// that shows keys that were cut, and what was meant is certain, it starts over
// with what was meant.
func (r *reader) document() {
	for {
		first, second := r.parse()
		if first == nil {
			return
		}
		before := len(r.found)
		if r.root = first.Content[0]; r.isEmpty(r.root) {
			r.root = nil
			r.empty()
		} else {
			r.value = r.read(r.root)
		}
		if r.again {
			r.startOver(before)
			continue
		}
		if second != nil {
			r.severalDocuments(second)
		}
		return
	}
}

// isEmpty tells whether the root is a value that is not there.
func (r *reader) isEmpty(n *yaml.Node) bool {
	return n.Kind == yaml.ScalarNode && n.Value == "" && n.Style == 0
}

// startOver forgets what reading the nodes found, but for the cuts that have
// been mended.
func (r *reader) startOver(before int) {
	kept := r.found[:before]
	for _, d := range r.found[before:] {
		if d.Code == cutInterpolation && d.Fix != nil {
			kept = append(kept, d)
		}
	}
	r.found, r.left, r.again, r.aliased, r.bounded = kept, 0, false, 0, nil
	r.root, r.value = nil, formula.Undefined
}

func (r *reader) severalDocuments(second *yaml.Node) {
	at := r.offsetOf(place{second.Line, second.Column})
	r.report("several-documents", span{at, r.lineEnd(at)}, "a second document starts here, but a file holds one", "put it into a file of its own")
}

// empty reports a file without content.
func (r *reader) empty() {
	r.report("empty-file", span{0, r.lineEnd(0)}, "the file holds no value", "write what it should hold, or remove the file")
}

// pointer returns the JSON Pointer of the value that is being read.
func (r *reader) pointer() string {
	var b strings.Builder
	for _, s := range r.path {
		token := strconv.Itoa(s.index)
		if s.node.Kind != yaml.SequenceNode {
			token = r.scalarText(resolveAlias(s.node.Content[s.index-1]))
		}
		b.WriteString(formula.Pointer(token))
	}
	return b.String()
}

// skips tells whether a problem of a node is not to be reported: because
// aliases lead to the node again, or because there are too many problems, so
// that looking for places would take too long.
func (r *reader) skips() bool {
	if r.alias > 0 {
		return true
	}
	if len(r.found) < MaxDiagnostics {
		return false
	}
	r.left++
	return true
}

// problem reports something about a node.
func (r *reader) problem(code string, n *yaml.Node, message, hint string) {
	if !r.skips() {
		r.report(code, r.valueSpan(n), message, hint).Pointer = r.pointer()
	}
}

// read returns the value of a node, and reports what is wrong with it.
func (r *reader) read(n *yaml.Node) formula.Value {
	if r.alias > 0 {
		if r.aliased++; r.aliased > MaxAliased {
			return formula.Undefined
		}
	}
	if r.tags || n.Style&yaml.TaggedStyle != 0 {
		r.checkTag(n)
	}
	switch n.Kind {
	case yaml.ScalarNode:
		return r.readScalar(n)
	case yaml.MappingNode, yaml.SequenceNode:
		if len(r.path) >= MaxDepth {
			r.tooDeep(n)
			return formula.Undefined
		}
		if n.Kind == yaml.MappingNode {
			return r.readMapping(n)
		}
		return r.readSequence(n)
	default:
		return r.readAlias(n)
	}
}

func (r *reader) readSequence(n *yaml.Node) formula.Value {
	items := make([]formula.Value, len(n.Content))
	r.path = append(r.path, step{node: n})
	last := len(r.path) - 1
	for i, item := range n.Content {
		r.path[last].index = i
		items[i] = r.read(item)
	}
	r.path = r.path[:last]
	return formula.List(items...)
}

func (r *reader) readMapping(n *yaml.Node) formula.Value {
	object := formula.NewObject(len(n.Content) / 2)
	r.path = append(r.path, step{node: n})
	last := len(r.path) - 1
	for i := 0; i+1 < len(n.Content); i += 2 {
		r.path[last].index = i + 1
		key, ok := r.readKey(n.Content[i])
		if !ok {
			continue
		}
		value, size := r.read(n.Content[i+1]), object.Len()
		if object.Set(key, value); object.Len() == size {
			r.repeatedKey(n, i, key)
		}
	}
	r.path = r.path[:last]
	return object.Value()
}

// readKey returns the text of a key; not ok if it is none.
func (r *reader) readKey(n *yaml.Node) (key string, ok bool) {
	if r.tags || n.Style&yaml.TaggedStyle != 0 {
		r.checkTag(n)
	}
	if n.Kind == yaml.AliasNode && n.Alias.Kind == yaml.ScalarNode {
		n = n.Alias
	}
	if n.Kind != yaml.ScalarNode {
		if !r.skips() {
			r.report("key-not-text", r.valueSpan(n), "a key is text, not "+nodeKind(n), "put the key in quotes if it is text that YAML reads otherwise").Pointer = r.parentPointer()
		}
		return "", false
	}
	if styleOf(n) == Plain {
		if n.Value == "<<" {
			r.problem("merge-key", n, `"<<" merges another object into this one, which connector files do not do`, "write the fields out")
			return "", false
		}
		if mayInterpolate(n.Value) {
			r.checkCut(n)
			r.again = r.again || r.wasMeant(n)
		}
	}
	return r.scalarText(n), true
}

// parentPointer returns the pointer of the object that is being read.
func (r *reader) parentPointer() string {
	full := r.path
	r.path = r.path[:len(r.path)-1]
	pointer := r.pointer()
	r.path = full
	return pointer
}

func nodeKind(n *yaml.Node) string {
	switch resolveAlias(n).Kind {
	case yaml.MappingNode:
		return "an object"
	case yaml.SequenceNode:
		return "a list"
	default:
		return "a value"
	}
}

// repeatedKey reports the i-th child of a mapping, a key that is there already.
func (r *reader) repeatedKey(n *yaml.Node, i int, key string) {
	if r.skips() {
		return
	}
	first := n
	for j := 0; j < i; j += 2 {
		if k := resolveAlias(n.Content[j]); k.Kind == yaml.ScalarNode && r.scalarText(k) == key {
			first = n.Content[j]
			break
		}
	}
	r.problem("repeated-key", n.Content[i], fmt.Sprintf("key %q is there twice", key), fmt.Sprintf("it stands in line %d already: keep one of the two", first.Line))
}

// readAlias returns the value of what an alias stands for.
func (r *reader) readAlias(n *yaml.Node) formula.Value {
	target := n.Alias
	if slices.ContainsFunc(r.path, func(s step) bool { return s.node == target }) {
		r.problem("alias-cycle", n, fmt.Sprintf(`"*%s" stands inside of what it stands for`, n.Value), "write out what it should hold, in place of the alias")
		return formula.Undefined
	}
	r.alias++
	value := r.read(target)
	r.alias--
	switch {
	case r.aliased <= MaxAliased || r.alias > 0:
	case r.once("alias-expansion"):
		r.problem("alias-expansion", n, fmt.Sprintf("aliases make this file larger than %d values", MaxAliased), "write the values out, or use fewer aliases")
	}
	return value
}

// tooDeep reports nesting past the bound, once.
func (r *reader) tooDeep(n *yaml.Node) {
	if r.alias == 0 && r.once("too-deep") {
		r.problem("too-deep", n, fmt.Sprintf("values are nested more than %d levels deep", MaxDepth), "flatten it, or remove what is generated")
	}
}

// once tells whether it is asked for the first time.
func (r *reader) once(what string) bool {
	if r.bounded[what] {
		return false
	}
	if r.bounded == nil {
		r.bounded = map[string]bool{}
	}
	r.bounded[what] = true
	return true
}
