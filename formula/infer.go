package formula

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"github.com/expr-lang/expr/ast"
)

// A checker infers the types of an authored value and reports what cannot be
// meant. It goes over the value after the compiler has, and says nothing again
// that the compiler has said.
type checker struct {
	*compiler
	vars *dataType // of the variables at the current value
	root *dataType // of the program's variables
	url  bool      // a URL is checked, in which nothing may be missing
	// read are the variables read so far, and guards those that somebody has
	// looked at before, so that it is no news that they may be missing.
	read   []readPath
	guards []string
}

// check infers the type of v, all of the authored value.
func (c *compiler) check(v Value, url bool) *dataType {
	vars := c.options.Types.data()
	if c.options.Schema.Len() > 0 {
		vars = typeOfSchema(c.options.Schema)
	}
	k := &checker{compiler: c, vars: vars, root: vars, url: url}
	return k.value(v)
}

// warn reports advice on the current value.
func (c *checker) warn(code, message, hint string) {
	c.report(code, message, hint)
	c.problems[len(c.problems)-1].Advice = true
}

// open tells whether nothing is known about the variables.
func (c *checker) open() bool { return !c.root.known() }

// doubt reports what cannot be meant of the types, unless nothing is known
// about the variables: then a formula is taken for what it says.
func (c *checker) doubt(code, message, hint string) {
	if !c.open() {
		c.report(code, message, hint)
	}
}

// at infers the type of v, which stands at key of the current value.
func (c *checker) at(key string, v Value) *dataType {
	c.enter(key)
	defer c.leave()
	return c.value(v)
}

// verbatimValue infers the type of v, whose texts are not interpolated.
func (c *checker) verbatimValue(v Value) *dataType {
	saved := c.verbatim
	c.verbatim = true
	defer func() { c.verbatim = saved }()
	return c.value(v)
}

// value infers the type of v at the current path.
func (c *checker) value(v Value) *dataType {
	switch v.kind {
	case KindString:
		return c.text(v)
	case KindList, KindObject:
		if len(c.path) > maxDepth {
			return nothingType
		}
		if v.kind == KindList {
			return c.list(v)
		}
		if f := c.formulaOf(v); f != nil && (!f.Addition || c.options.Dialect == DialectConnector) {
			c.enter(f.Name)
			defer c.leave()
			return f.infer(c, v.node.items[0], v)
		}
		return c.object(v)
	default:
		return literalType(v)
	}
}

func (c *checker) object(v Value) *dataType {
	made := new(struct {
		dataType
		memberTypes
	})
	t, m := &made.dataType, &made.memberTypes
	t.kinds, t.members = ofObject, m
	m.keys, m.types = v.node.keys, make([]*dataType, len(v.node.items))
	maybe := len(v.node.items) > 0
	for i, item := range v.node.items {
		m.types[i] = c.at(v.node.keys[i], item)
		maybe = maybe && m.types[i].can(ofUndefined)
	}
	if maybe {
		t.kinds |= ofUndefined
	}
	return t
}

func (c *checker) list(v Value) *dataType {
	item, maybe := nothingType, v.Len() > 0
	for _, t := range c.items(v) {
		maybe = maybe && t.can(ofUndefined)
		item = union(item, t)
	}
	made := &dataType{kinds: ofList, item: item.only(ofAnything &^ ofUndefined)}
	if maybe {
		made.kinds |= ofUndefined
	}
	return made
}

// items infers the types of the items of a list.
func (c *checker) items(v Value) []*dataType {
	types := make([]*dataType, len(v.node.items))
	for i, item := range v.node.items {
		switch item.kind {
		case KindString, KindList, KindObject:
			types[i] = c.at(strconv.Itoa(i), item)
		default:
			types[i] = literalType(item)
		}
	}
	return types
}

// text infers the type of a string: literal text, or text with ${expressions}.
func (c *checker) text(v Value) *dataType {
	if c.verbatim || c.options.Dialect == DialectMembrane || !strings.Contains(v.str, "${") {
		return literalType(v)
	}
	pieces, open := splitTemplate(v.str)
	switch {
	case open >= 0:
		return nothingType
	case len(pieces) == 1 && pieces[0].isExpr:
		return c.expression(pieces[0].source, pieces[0].offset)
	case len(pieces) == 1:
		return literalType(String(pieces[0].literal))
	}
	for _, p := range pieces {
		if !p.isExpr {
			continue
		}
		if e := c.exprChecker(p.source, p.offset); e != nil {
			e.inText(e.tree, e.need(e.tree))
		}
	}
	return textType
}

// find infers the type of what a locator finds in the variables, and reports
// steps that find nothing.
func (c *checker) find(l Locator) *dataType {
	t := c.vars
	if t == anyType {
		return t
	}
	for i := range l.steps {
		before, s := t, &l.steps[i]
		t = stepType(t, s)
		if c.reportStep(before, l.steps[:i+1], Problem{Offset: -1}) {
			t = t.guarded()
		} else {
			c.falsyIndex(before, l, i)
		}
	}
	return c.seen(readPath{locator: l}, t)
}

// A readPath is a variable that is read: by a locator, or by an expression as
// the path says.
type readPath struct {
	locator Locator
	path    string
}

func (r readPath) text() string {
	if r.path != "" {
		return r.path
	}
	return strings.TrimPrefix(r.locator.String(), "$.")
}

// seen notes that a variable is read. Its type has no news in it if it is
// guarded.
func (c *checker) seen(r readPath, t *dataType) *dataType {
	c.read = append(c.read, r)
	if t.absent && len(c.guards) > 0 {
		if slices.Contains(c.guards, r.text()) {
			return t.guarded()
		}
	}
	return t
}

// guardReads notes that what was read since the mark has been looked at.
func (c *checker) guardReads(mark int) {
	for _, r := range c.read[mark:] {
		c.guards = append(c.guards, r.text())
	}
}

// guard runs body, before which everything has been looked at that was read
// since the mark.
func (c *checker) guard(mark int, body func()) {
	saved := len(c.guards)
	c.guardReads(mark)
	body()
	c.guards = c.guards[:saved]
}

// stepType returns the type of what a step of a locator finds in a value of
// the type owner.
func stepType(owner *dataType, s *Step) *dataType {
	if owner == anyType && !s.IsIndex {
		return anyType
	}
	t, missing := nothingType, owner.kinds&^(ofList|ofObject) != 0
	if owner.can(ofList) {
		item, always := listStep(owner, s)
		t, missing = union(t, item), missing || !always
	}
	if owner.can(ofObject) {
		if s.IsIndex {
			missing = true
		} else {
			member, _ := owner.members.find(s.Property)
			t = union(t, member)
		}
	}
	if missing {
		t = t.orMissing(owner.absent)
	}
	return t
}

// listStep returns what a step finds in a list, and whether it always does.
func listStep(owner *dataType, s *Step) (t *dataType, always bool) {
	if s.IsIndex {
		return owner.itemType().truthy(), false
	}
	if s.Property == "length" {
		return numberType, true
	}
	if _, ok := arrayIndex(s.Property); ok {
		return owner.itemType(), false
	}
	return undefinedType, true
}

// reportStep reports the last of steps if it finds nothing in owner, for sure
// or by what the schema lists; p has the place in the current value.
func (c *checker) reportStep(owner *dataType, steps []Step, p Problem) bool {
	s := &steps[len(steps)-1]
	switch {
	case c.open() || !owner.known() || owner.kinds&^ofMissing == 0:
		return false
	case s.IsIndex && !owner.can(ofList):
		p.Message = fmt.Sprintf("%s is %s, which has no items", c.stepPlace(steps).owner, owner.kindWords())
		p.Hint = memberHint(owner, c.stepPlace(steps).owner)
	case !s.IsIndex && !owner.can(ofList|ofObject):
		p.Message = fmt.Sprintf("%s is %s, which has no member %q", c.stepPlace(steps).owner, owner.kindWords(), s.Property)
		p.Hint = memberHint(owner, c.stepPlace(steps).owner)
	case !s.IsIndex && !owner.can(ofObject):
		if t, _ := listStep(owner, s); t != undefinedType {
			return false
		}
		place := c.stepPlace(steps)
		p.Message = fmt.Sprintf("%s is an array, which has no member %q", place.owner, s.Property)
		p.Hint = fmt.Sprintf("name one of its items, as in %s[0].%s, or go through them with $iterate", strings.Trim(place.owner, `"`), s.Property)
	case !s.IsIndex && !owner.can(ofList):
		return c.unknownMember(owner, steps, p)
	default:
		return false
	}
	p.Code, p.Pointer = "no-member", c.pointer()
	c.problems = append(c.problems, p)
	return true
}

// memberHint says what can be read of a value that lacks a member; what is how
// messages call it.
func memberHint(owner *dataType, what string) string {
	switch {
	case !owner.can(ofObject):
		return fmt.Sprintf("read %s alone, or correct its schema", what)
	case owner.members != nil:
		return membersHint(owner.members.keys)
	}
	return ""
}

// A stepPlace is how messages call what a step leads from.
type stepPlace struct{ owner, prefix string }

func (c *checker) stepPlace(steps []Step) stepPlace {
	before := Locator{steps[:len(steps)-1]}
	if len(before.steps) == 0 {
		return stepPlace{owner: "what holds the variables"}
	}
	name := strings.TrimPrefix(before.String(), "$.")
	return stepPlace{owner: fmt.Sprintf("%q", name), prefix: name + "."}
}

// unknownMember reports a member that the schema of owner does not list.
func (c *checker) unknownMember(owner *dataType, steps []Step, p Problem) bool {
	said, unknown := c.memberProblem(owner.members, steps[len(steps)-1].Property, func() string { return c.stepPlace(steps).prefix })
	if said.Code != "" {
		said.Pointer, said.Offset, said.Length = c.pointer(), p.Offset, p.Length
		c.problems = append(c.problems, said)
	}
	return unknown
}

// memberProblem says what is wrong with reading a member: that it is unknown,
// or that its object is open, so that it may be there, but has one of nearly
// that name. There is no code if nothing is wrong. The prefix is what leads to
// the member.
func (c *checker) memberProblem(members *memberTypes, name string, prefix func() string) (p Problem, unknown bool) {
	_, expected := members.find(name)
	switch {
	case expected && (members == nil || members.rest != anyType || slices.Contains(members.keys, name)):
		return p, false
	case !expected && (members.scope || members == c.root.members && c.options.Variables != nil):
		return p, false // the compiler has seen to that
	}
	near := Nearest(name, members.keys)
	if expected && near == "" {
		return p, false
	}
	before, keys := prefix(), members.keys
	switch {
	case near != "":
		p.Hint = fmt.Sprintf("did you mean %q?", before+near)
	case before == "" && len(keys) > 0:
		p.Hint = "variables here are " + JoinWords(keys, "and")
	default:
		p.Hint = membersHint(keys)
	}
	p.Code, p.Message = "unknown-variable", fmt.Sprintf("unknown variable %q", before+name)
	if expected {
		p.Code, p.Advice, p.Message = "doubtful-variable", true, fmt.Sprintf("%q is not known to be there", before+name)
	}
	return p, !expected
}

func membersHint(keys []string) string {
	switch len(keys) {
	case 0:
		return ""
	case 1:
		return "its only member is " + keys[0]
	}
	return "its members are " + JoinWords(keys, "and")
}

// falsyIndex advises against an index that does not find all items.
func (c *checker) falsyIndex(owner *dataType, l Locator, i int) {
	s := l.steps[i]
	if c.open() || !s.IsIndex || !owner.known() || !owner.can(ofList) {
		return
	}
	item := owner.itemType()
	if !item.known() || !item.can(ofBool|ofNumber) || !item.canBeFalsy() {
		return
	}
	dotted := append(slices.Clone(l.steps[:i]), Step{Property: FormatNumber(s.Index)})
	c.warn("falsy-index", fmt.Sprintf("an index finds no item that is %s", falsyWords(item)),
		fmt.Sprintf("write %s, which finds every item", strings.TrimPrefix(Locator{dotted}.String(), "$.")))
}

// falsyWords says which falsy values a type has.
func falsyWords(t *dataType) string {
	var words []string
	for _, v := range []Value{Bool(false), Number(0), String("")} {
		if t.includes(v) {
			words = append(words, map[Kind]string{KindBool: "false", KindNumber: "0", KindString: "empty text"}[v.kind])
		}
	}
	return JoinWords(words, "or")
}

// keep keeps the syntax tree of an expression for the checker.
func (c *compiler) keep(source string, tree ast.Node) {
	if c.trees == nil {
		c.trees = make(map[string]ast.Node, 4)
	}
	c.trees[source] = tree
}
