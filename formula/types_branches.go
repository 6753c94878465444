package formula

import (
	"slices"
	"strconv"
)

// A Branch is a part of a JSON Schema that speaks of the same value as the
// schema: under a condition, as one alternative, or always.
type Branch struct {
	Pointer string // in the schema
	Schema  Value
}

// The bounds of looking for branches: references make a small schema endless.
const (
	maxBranches    = 1000
	maxBranchDepth = 8
)

// Branches returns the branches of a JSON Schema, and theirs in turn: the parts
// at then and else, allOf, anyOf and oneOf, and dependentSchemas. References
// within the schema are followed.
func Branches(schema Value) []Branch { return branchesOf(schema, schema) }

// branchesOf returns the branches of a part of the schema root.
func branchesOf(root, s Value) []Branch {
	if !s.hasBranches() {
		return nil
	}
	b := brancher{root: schemaReader{root: root}}
	b.visit("", s, 0)
	return b.list
}

func (v Value) hasBranches() bool {
	return slices.ContainsFunc(branchKeys, v.Has)
}

var branchKeys = []string{"then", "else", "allOf", "anyOf", "oneOf", "dependentSchemas"}

type brancher struct {
	root schemaReader
	list []Branch
}

func (b *brancher) visit(pointer string, s Value, depth int) {
	for i, key := range s.Keys() {
		if len(b.list) >= maxBranches {
			return
		}
		_, part := s.At(i)
		switch key {
		case "then", "else":
			b.add(pointer+"/"+key, part, depth)
		case "allOf", "anyOf", "oneOf":
			list, _ := part.AsList()
			for j, item := range list {
				b.add(pointer+"/"+key+"/"+strconv.Itoa(j), item, depth)
			}
		case "dependentSchemas":
			for j, name := range part.Keys() {
				_, item := part.At(j)
				b.add(pointer+Pointer(key, name), item, depth)
			}
		}
	}
}

func (b *brancher) add(pointer string, s Value, depth int) {
	if !s.IsObject() || depth >= maxBranchDepth || len(b.list) >= maxBranches {
		return
	}
	if ref, ok := s.Get("$ref").AsString(); ok {
		if target, found := b.root.resolve(ref); found {
			b.add(ref[1:], target, depth+1)
		}
		return
	}
	b.list = append(b.list, Branch{pointer, s})
	b.visit(pointer, s, depth+1)
}

// required returns the names that a schema of an object requires whatever else
// holds: each of allOf applies, one of anyOf and oneOf, and then or else.
func (r *schemaReader) required(s Value, depth int) []string {
	if r.parts++; !s.IsObject() || depth > maxBranchDepth || r.parts > maxSchemaParts {
		return nil
	}
	var names []string
	list, _ := s.Get("required").AsList()
	for _, name := range list {
		names = append(names, name.Text())
	}
	if ref, ok := s.Get("$ref").AsString(); ok {
		target, _ := r.resolve(ref)
		return append(names, r.required(target, depth+1)...)
	}
	all, _ := s.Get("allOf").AsList()
	for _, part := range all {
		names = append(names, r.required(part, depth+1)...)
	}
	for _, key := range []string{"anyOf", "oneOf"} {
		any, _ := s.Get(key).AsList()
		names = append(names, r.requiredByEach(any, depth+1)...)
	}
	if s.Has("if") && s.Has("then") && s.Has("else") {
		names = append(names, r.requiredByEach([]Value{s.Get("then"), s.Get("else")}, depth+1)...)
	}
	return names
}

// requiredByEach returns the names that each of some schemas requires.
func (r *schemaReader) requiredByEach(list []Value, depth int) []string {
	var names []string
	for i, part := range list {
		own := r.required(part, depth)
		if i == 0 {
			names = own
			continue
		}
		names = slices.DeleteFunc(names, func(name string) bool { return !slices.Contains(own, name) })
	}
	return names
}
