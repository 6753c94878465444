package jsonata

import (
	"maps"
	"slices"
)

// Codes returns the codes of all errors, for the test that each is tested.
func Codes() []string { return slices.Sorted(maps.Keys(messages)) }

// LibraryNames returns the names of the functions.
func LibraryNames() []string { return slices.Sorted(maps.Keys(builtins())) }
