package formula

import (
	"fmt"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// A Dialect says which formulas a spec may use.
type Dialect uint8

// The dialects. Membrane's format knows neither ${expressions} nor $expr: in
// [DialectMembrane] they are plain text and plain data.
const (
	DialectConnector Dialect = iota
	DialectMembrane
)

// Options say how to compile.
type Options struct {
	Dialect Dialect
	// Variables names the variables that will be there; nil leaves it open. A
	// formula that reads another one has a problem.
	Variables []string
	// Schema is a JSON Schema of the variables, which types are inferred from;
	// undefined leaves them open. Where it lists properties without
	// additionalProperties, a formula that reads another one has a problem.
	Schema Value
	// Types is what is known about the variables, instead of Schema.
	Types Type
}

// A Problem is something wrong in an authored value, found before it runs.
type Problem struct {
	Code    string
	Pointer string // of the culprit in the authored value, a JSON Pointer (RFC 6901)
	OnKey   bool   // the culprit is the key that Pointer ends with
	// Offset and Length, in bytes, are the culprit's place in the text at
	// Pointer. A negative Offset means the whole of it.
	Offset, Length int
	Message, Hint  string
	// Advice says that the value means something and does so whatever the
	// variables are, but probably not what the author wants.
	Advice bool
}

// A Reference is a variable that a program reads.
type Reference struct {
	Pointer string  // where in the authored value
	Path    Locator // what it reads
}

// A Program is a compiled value. It does not change and may be used by many
// goroutines at once.
type Program struct {
	root compiled
	refs []Reference
	typ  *dataType // of the result
}

// compiled is one compiled part: a constant, or something to evaluate.
type compiled struct {
	eval   func(*frame) (Value, error) // nil: a constant
	value  Value
	folded bool // a constant that is not what the author wrote there
}

func constant(v Value) compiled { return compiled{value: v} }

func (c *compiled) run(f *frame) (Value, error) {
	if c.eval == nil {
		return c.value, nil
	}
	return c.eval(f)
}

// Compile compiles an authored value. There is always a program, even with
// problems: it does what the format's own engine would do, and fails where a
// ${expression} could not be understood.
func Compile(v Value, o Options) (*Program, []Problem) {
	c := compiler{options: o, funcs: builtins}
	root := c.value(v)
	if root.eval == nil && root.value.node != nil && root.value.node.copies {
		root = withCopies(root.value)
	}
	typ := c.check(v, false)
	return &Program{root: root, refs: c.refs, typ: typ}, c.problems
}

// withCopies returns a constant result with its copies put in, or something
// that fails if that does.
func withCopies(result Value) compiled {
	v, err := new(frame).copyAll(result)
	if err != nil {
		return compiled{eval: func(*frame) (Value, error) { return Undefined, err }}
	}
	return constant(v)
}

// Constant returns the program's result if no variable has a part in it.
func (p *Program) Constant() (Value, bool) { return p.root.value, p.root.eval == nil }

// References lists the variables that the program reads, in the order of the
// authored value.
func (p *Program) References() []Reference { return p.refs }

// A compiler compiles one value; path is where in it the compiler is.
type compiler struct {
	funcs    []Func // the language
	options  Options
	path     []string
	problems []Problem
	refs     []Reference
	trees    map[string]ast.Node // of the expressions that could be read, by their source
	// verbatim says that texts are not interpolated here, iterations how many
	// $iterate there are around.
	verbatim   bool
	iterations int
}

// enter moves the path to key of the current value, leave moves it back.
func (c *compiler) enter(key string) { c.path = append(c.path, key) }
func (c *compiler) leave()           { c.path = c.path[:len(c.path)-1] }

// at compiles v, which stands at key of the current value.
func (c *compiler) at(key string, v Value) compiled {
	c.enter(key)
	defer c.leave()
	return c.value(v)
}

// pointer returns the JSON Pointer of the current value.
func (c *compiler) pointer() string { return Pointer(c.path...) }

// report adds a problem with the current value.
func (c *compiler) report(code, message, hint string) {
	c.problems = append(c.problems, Problem{Code: code, Pointer: c.pointer(), Offset: -1, Message: message, Hint: hint})
}

// verbatimValue compiles v, whose texts are not interpolated.
func (c *compiler) verbatimValue(v Value) compiled {
	saved := c.verbatim
	c.verbatim = true
	defer func() { c.verbatim = saved }()
	return c.value(v)
}

// value compiles v: a formula, an object or list with formulas in it, a text
// with expressions, or a constant.
func (c *compiler) value(v Value) compiled {
	switch v.kind {
	case KindString:
		return c.text(v)
	case KindList, KindObject:
		if len(c.path) > maxDepth {
			c.report("too-deep", fmt.Sprintf("nested deeper than %d levels", maxDepth), "")
			return c.fails("it is nested too deeply")
		}
		if v.kind == KindList {
			return c.list(v)
		}
		if f := c.formulaOf(v); f != nil && (!f.Addition || c.options.Dialect == DialectConnector) {
			c.ignoredKeys(f, v)
			c.enter(f.Name)
			part := f.compile(c, v.node.items[0], v)
			c.leave()
			part.folded = true
			return part
		}
		return c.object(v)
	default:
		return constant(v)
	}
}

// ignoredKeys advises against keys beside a formula that nobody looks at.
func (c *compiler) ignoredKeys(f *Func, v Value) {
	read := 1
	if f.Name == "$eval" {
		read = 2 // the operator
	}
	for _, key := range v.node.keys[min(read, len(v.node.keys)):] {
		c.reportKey(key, "ignored-key", fmt.Sprintf("%q is ignored: only %s counts in this object", key, f.Name), ignoredHint(f.Name, key))
		c.problems[len(c.problems)-1].Advice = true
	}
}

func ignoredHint(formula, key string) string {
	switch key = strings.TrimPrefix(key, "$"); {
	case formula == "$concat" && key == "delimiter":
		return "write {$concat: {values: [...], delimiter: ...}}"
	case key == "default":
		return `write ${… ?? "default"}, or {$firstNotEmpty: [..., default]}`
	}
	return "remove it, or put it into the formula"
}

// formulaOf returns the formula that v is: its first key names one. Keys that
// are array indexes come first in JavaScript, so an object with one is data.
func (c *compiler) formulaOf(v Value) *Func {
	if len(v.node.keys) == 0 || !strings.HasPrefix(v.node.keys[0], "$") {
		return nil
	}
	f := c.lookup(v.node.keys[0])
	if f == nil {
		return nil
	}
	for _, k := range v.node.keys[1:] {
		if _, ok := arrayIndex(k); ok {
			return nil
		}
	}
	return f
}

// object compiles plain data: undefined members are dropped, and when all are,
// the object is undefined itself.
func (c *compiler) object(v Value) compiled {
	c.strayFormulas(v)
	parts := make([]compiled, len(v.node.items))
	for i, item := range v.node.items {
		parts[i] = c.at(v.node.keys[i], item)
	}
	shape := v.node
	return fold(v, parts, func(f *frame) (Value, error) {
		if err := f.spend(1 + len(parts)); err != nil {
			return Undefined, err
		}
		n := newNode(len(parts))
		missing := 0
		for i := range parts {
			item, err := parts[i].run(f)
			if err != nil {
				return Undefined, err
			}
			if n.items[i] = item; item.kind == KindUndefined {
				missing++
			}
		}
		switch missing {
		case 0:
			n.keys, n.index = shape.keys, shape.index
			return f.made(Value{kind: KindObject, node: n.seal()})
		case len(parts):
			return Undefined, nil
		}
		return f.made(withoutUndefined(shape.keys, n.items, missing))
	})
}

// newNode returns a node with that many items, in one piece of memory if they
// are few.
func newNode(size int) *node {
	switch {
	case size <= 1:
		n := new(struct {
			node
			items [1]Value
		})
		n.node.items = n.items[:size:size]
		return &n.node
	case size == 2:
		n := new(struct {
			node
			items [2]Value
		})
		n.node.items = n.items[:]
		return &n.node
	case size <= 4:
		n := new(struct {
			node
			items [4]Value
		})
		n.node.items = n.items[:size:size]
		return &n.node
	}
	return &node{items: make([]Value, size)}
}

// fold returns the constant that eval gives if all parts are constant: the
// authored value itself when they are all what the author wrote.
func fold(authored Value, parts []compiled, eval func(*frame) (Value, error)) compiled {
	folded := false
	for i := range parts {
		if parts[i].eval != nil {
			return compiled{eval: eval}
		}
		folded = folded || parts[i].folded
	}
	if !folded {
		return constant(authored)
	}
	v, err := eval(&frame{})
	if err != nil {
		return compiled{eval: eval}
	}
	return compiled{value: v, folded: true}
}

// withoutUndefined returns the object of keys and items without the missing
// members, of which there are some.
func withoutUndefined(keys []string, items []Value, missing int) Value {
	b := NewObject(len(items) - missing)
	for i, item := range items {
		if item.kind != KindUndefined {
			b.Set(keys[i], item)
		}
	}
	return b.Value()
}

// list compiles a list: undefined items are dropped, and when all are, the
// list is undefined itself.
func (c *compiler) list(v Value) compiled {
	parts := c.items(v)
	return fold(v, parts, func(f *frame) (Value, error) {
		if err := f.spend(1 + len(parts)); err != nil {
			return Undefined, err
		}
		items := make([]Value, 0, len(parts))
		for i := range parts {
			item, err := parts[i].run(f)
			if err != nil {
				return Undefined, err
			}
			if item.kind != KindUndefined {
				items = append(items, item)
			}
		}
		if len(items) == 0 {
			return Undefined, nil
		}
		return f.made(List(items...))
	})
}

// items compiles the items of a list.
func (c *compiler) items(v Value) []compiled {
	parts := make([]compiled, len(v.node.items))
	for i, item := range v.node.items {
		switch item.kind {
		case KindString, KindList, KindObject:
			parts[i] = c.at(strconv.Itoa(i), item)
		default:
			parts[i] = constant(item)
		}
	}
	return parts
}

// strayFormulas reports keys of plain data that look like formulas: a name
// that does not exist, or one that is not the first key.
func (c *compiler) strayFormulas(v Value) {
	for i, key := range v.node.keys {
		if len(key) < 2 || key[0] != '$' || !isLetter(key[1]) {
			continue
		}
		f := c.lookup(key)
		switch {
		case f == nil && i == 0:
			c.reportKey(key, "unknown-formula", fmt.Sprintf("unknown formula %q", key), c.suggestFormula(key))
		case f != nil && f.Addition && c.options.Dialect == DialectMembrane:
			c.reportKey(key, "unknown-formula", fmt.Sprintf("%q is not a formula of the membrane dialect", key), "")
		case f != nil && i > 0:
			c.reportKey(key, "formula-not-first", fmt.Sprintf("%q is plain data here, since it is not the first key", key),
				fmt.Sprintf("remove %q, which stands before it: a formula is known by the first key of its object", v.node.keys[0]))
			c.problems[len(c.problems)-1].Advice = true
		}
	}
}

// reportName adds a problem with the key that the path ends with.
func (c *compiler) reportName(code, message, hint string) {
	c.problems = append(c.problems, Problem{Code: code, Pointer: c.pointer(), OnKey: true, Offset: -1, Message: message, Hint: hint})
}

func (c *compiler) reportKey(key, code, message, hint string) {
	c.problems = append(c.problems, Problem{
		Code: code, Pointer: c.pointer() + Pointer(key), OnKey: true, Offset: -1, Message: message, Hint: hint,
	})
}

// LooksLikeFormula tells whether v is an object whose first key begins with "$":
// a formula, or what is meant to be one, and no plain data.
func LooksLikeFormula(v Value) bool {
	return v.kind == KindObject && v.Len() > 0 && strings.HasPrefix(v.node.keys[0], "$")
}

func isLetter(b byte) bool { return b|0x20 >= 'a' && b|0x20 <= 'z' }

// Pointer returns the JSON Pointer (RFC 6901) of a path of keys.
func Pointer(path ...string) string {
	n := 0
	for _, k := range path {
		n += 1 + len(k)
	}
	b := make([]byte, 0, n)
	for _, k := range path {
		b = append(b, '/')
		if strings.ContainsAny(k, "~/") {
			k = pointerEscaper.Replace(k)
		}
		b = append(b, k...)
	}
	return string(b)
}

var pointerEscaper = strings.NewReplacer("~", "~0", "/", "~1")
