package formula

import (
	"fmt"
	"slices"
	"strconv"
)

func inferVar(c *checker, arg, _ Value) *dataType {
	if arg.kind == KindList {
		if arg.Len() == 0 {
			return c.vars
		}
		return nothingType
	}
	text, ok := arg.AsString()
	if !ok {
		return nullType
	}
	l, err := ParseLocator(text)
	if err != nil {
		return nullType
	}
	return c.find(l)
}

func inferCopy(c *checker, arg, _ Value) *dataType {
	c.verbatimValue(arg)
	return anyType
}

func inferPlain(_ *checker, arg, _ Value) *dataType { return literalType(arg) }

func inferRecord(_ *checker, arg, _ Value) *dataType { return literalType(arg.Get("id")) }

// inferFormula checks the variables of a $formula. What becomes of the value
// around them is its kind.
func inferFormula(c *checker, arg, _ Value) *dataType {
	c.innerVariables(arg, 0)
	switch arg.kind {
	case KindList:
		return listType
	case KindObject:
		return objectType
	}
	return literalType(arg)
}

func (c *checker) innerVariables(v Value, depth int) {
	if v.node == nil || len(c.path) > maxDepth {
		return
	}
	f := c.formulaOf(v)
	if f != nil && f.Name == "$var" && depth > 0 {
		c.value(v)
		return
	}
	for i := range v.Len() {
		key, item := v.At(i)
		switch {
		case v.kind == KindList:
			key = strconv.Itoa(i)
		case f != nil && i > 0:
			return
		case f != nil && key == "$iterate":
			c.enter(key)
			c.enter("source")
			c.innerVariables(item.Get("source"), depth+2)
			c.leave()
			c.leave()
			continue
		}
		c.enter(key)
		c.innerVariables(item, depth+1)
		c.leave()
	}
}

func inferConcat(c *checker, arg, _ Value) *dataType {
	if arg.kind == KindList {
		return c.concat(arg, c.items(arg))
	}
	if arg.kind != KindObject {
		return undefinedType
	}
	c.inJoined(c.at("delimiter", arg.Get("delimiter")), "delimiter", "the delimiter")
	values := arg.Get("values")
	c.enter("values")
	defer c.leave()
	if values.kind == KindList {
		return c.concat(values, c.items(values))
	}
	t := c.value(values)
	if c.formulaOfAny(values) == nil {
		return undefinedType
	}
	if t.never(ofList) {
		c.doubt("wrong-type", "$concat joins a list, and this is "+t.describe(), "")
	}
	return maybeText.orMissing(t.absent)
}

// formulaOfAny is formulaOf for a value of any kind.
func (c *checker) formulaOfAny(v Value) *Func {
	if v.kind != KindObject {
		return nil
	}
	return c.formulaOf(v)
}

// inJoined reports an object in a text.
func (c *checker) inJoined(t *dataType, key, what string) {
	if t.known() && t.kinds&^ofMissing == ofObject {
		c.enter(key)
		c.doubt("wrong-type", what+" is an object, which gives the text [object Object]", "name the member that is meant")
		c.leave()
	}
}

// concat checks the items of a $concat, which stand in list.
func (c *checker) concat(list Value, types []*dataType) *dataType {
	maybe, words := true, false
	for i, t := range types {
		maybe = maybe && t.can(ofUndefined)
		text, literal := list.node.items[i].AsString()
		words = words || literal && text != ""
		c.inJoined(t, strconv.Itoa(i), "the item")
	}
	for i, t := range types {
		if words && t.absent && t.can(ofMissing) {
			c.enter(strconv.Itoa(i))
			c.missingInConcat(list.node.items[i])
			c.leave()
		}
	}
	if maybe {
		return maybeText
	}
	return textType
}

func (c *checker) missingInConcat(item Value) {
	name := "the item"
	if path, ok := item.Get("$var").AsString(); ok {
		name = fmt.Sprintf("%q", path)
		c.enter("$var")
		defer c.leave()
	}
	if c.url {
		c.warn("maybe-missing", name+" may be missing, and then there is no URL", "add it to required in its schema, or give it a default")
		return
	}
	c.warn("concat-drops-missing", name+" may be missing, and then the text is without it",
		`add it to required in its schema, give it a default, or write "…${…}", which fails instead`)
}

func inferTpl(c *checker, arg, _ Value) *dataType {
	template := arg.Get("template")
	if template.kind != KindString {
		return literalType(template)
	}
	c.enter("values")
	for _, name := range arg.Get("values").entryNames() {
		c.enter(name)
		t := c.verbatimValue(arg.Get("values").entry(name))
		c.leave()
		c.inJoined(t, name, "the value")
	}
	c.leave()
	return textType
}

func inferFirstNotEmpty(c *checker, arg, _ Value) *dataType {
	if arg.kind != KindList {
		t := c.value(arg)
		if c.formulaOfAny(arg) != nil && t.never(ofList) {
			c.doubt("wrong-type", "$firstNotEmpty takes a list, and this is "+t.describe(), "")
		}
		if !t.can(ofList) {
			return undefinedType
		}
		return t.itemType().present().orMissing(t.absent)
	}
	t, types := nothingType, c.items(arg)
	for i, item := range types {
		t = union(t, item.present())
		if item.can(ofMissing) || item.kinds == 0 {
			continue
		}
		if i+1 < len(types) {
			c.enter(strconv.Itoa(i + 1))
			c.warn("unreachable-value", "this is never looked at, since the value before it is never missing", emptyTextHint(item))
			c.leave()
		}
		return t
	}
	return t.orMissing(len(types) > 0 && types[len(types)-1].absent)
}

func emptyTextHint(t *dataType) string {
	if t.can(ofText) && t.mayBeBlank() {
		return "empty text is a value, too; test it with $case and isNotEmpty"
	}
	return "put what may be missing first, or remove this"
}

func inferIterate(c *checker, arg, _ Value) *dataType {
	source := c.at("source", arg.Get("source"))
	if source.never(ofList) {
		c.enter("source")
		c.doubt("wrong-type", "$iterate goes through a list, and this is "+source.describe(), "")
		c.leave()
	}
	parent := c.vars
	each := &memberTypes{keys: iterationKeys, types: []*dataType{source.itemType(), numberType, parent}, scope: true}
	c.vars = &dataType{kinds: ofObject, members: each}
	item := c.at("item", arg.Get("item"))
	c.vars = parent
	if !source.can(ofList) {
		return undefinedType
	}
	if !c.open() && item.known() && item.can(ofBool|ofNumber) && item.canBeFalsy() && (item.can(ofBool) || arg.Get("item").Has("$var")) {
		c.enter("item")
		c.warn("iterate-drops-falsy", "$iterate leaves out what is "+falsyWords(item), "put it into an object, as in {value: …}, or make text of it with $concat")
		c.leave()
	}
	made := &dataType{kinds: ofList | ofUndefined, item: item.truthy(), absent: source.absent}
	return made
}

func inferMergeObjects(c *checker, arg, _ Value) *dataType {
	if arg.kind != KindList {
		if t := c.value(arg); c.formulaOfAny(arg) != nil && t.never(ofList) {
			c.doubt("wrong-type", "$mergeObjects takes a list of objects, and this is "+t.describe(), "")
		}
		return objectType.orMissing(false)
	}
	merged, maybe := &memberTypes{}, true
	for i, t := range c.items(arg) {
		if t.never(ofObject | ofList) {
			c.enter(strconv.Itoa(i))
			c.doubt("wrong-type", "$mergeObjects merges objects, and this is "+t.describe(), "it is left out")
			c.leave()
		}
		if merged != nil && t.can(ofObject|ofList) {
			merged = merged.with(t)
		}
	}
	if merged == nil {
		return objectType.orMissing(false)
	}
	for _, t := range merged.types {
		maybe = maybe && t.can(ofUndefined)
	}
	made := &dataType{kinds: ofObject, members: merged}
	if maybe {
		return made.orMissing(false)
	}
	return made
}

// with returns the members of an object into which one of type t is merged,
// nil if nothing is known about them.
func (m *memberTypes) with(t *dataType) *memberTypes {
	if t.can(ofList) || t.members == nil || t.members.rest != nil {
		return nil
	}
	certain := t.kinds == ofObject
	made := &memberTypes{keys: slices.Clone(m.keys), types: slices.Clone(m.types)}
	for i, key := range t.members.keys {
		value := t.members.types[i]
		before, _ := made.find(key)
		if !certain || value.can(ofUndefined) {
			if key[:min(1, len(key))] != "$" { // a formula that stays may hold undefined
				value = value.only(ofAnything &^ ofUndefined)
			}
			value = union(value, before)
		}
		if j := slices.Index(made.keys, key); j >= 0 {
			made.types[j] = value
			continue
		}
		made.set(key, value)
	}
	return made
}

// inferFromText returns the inference of a formula that makes text of text, or
// of nothing.
func inferFromText(c *checker, arg, _ Value) *dataType {
	t := c.value(arg)
	if t.known() && t.never(ofScalar|ofBytes|ofList) {
		c.doubt("wrong-type", "text is wanted, and this is "+t.describe(), "name the member that is meant")
	}
	return maybeText.orMissing(t.absent)
}

func inferDomain(c *checker, arg, _ Value) *dataType {
	t := c.value(arg)
	if t.never(ofText) {
		c.doubt("wrong-type", "an email address is text, and this is "+t.describe(), "")
		return undefinedType
	}
	return maybeText.orMissing(t.absent)
}

func inferJSONata(c *checker, arg, _ Value) *dataType {
	if t := c.verbatimValue(arg); arg.kind != KindString && t.never(ofText) {
		c.doubt("wrong-type", "a JSONata expression is text, and this is "+t.describe(), "")
	}
	return anyType
}

// inferDeferred is of a formula that stays where it is.
func inferDeferred(c *checker, arg, object Value) *dataType {
	return &dataType{kinds: ofObject, members: &memberTypes{keys: object.node.keys[:1], types: []*dataType{c.value(arg)}}}
}

func inferSchemaRef(c *checker, arg, _ Value) *dataType {
	c.value(arg)
	return undefinedType
}

func inferExpr(c *checker, arg, _ Value) *dataType {
	source, ok := arg.AsString()
	if !ok {
		return nothingType
	}
	return c.expression(source, 0)
}
