package spec

import "github.com/connector-spec/connector/formula"

// Definitions are what the walker and the library are held against each other
// on: the whole schema, the parts that have files, and the other document.
var Definitions = append([]string{"", recordingSchema}, bodySchemas...)

// WalkerAccepts is the verdict of the walker.
func WalkerAccepts(definition string, v formula.Value) bool {
	return walkerOf(definition).accepts(v)
}

// LibraryAccepts is the verdict of the JSON Schema library, and the number of
// faults that are made of its error.
func LibraryAccepts(definition string, v formula.Value) (ok bool, faults int) {
	s := librarySpec()
	if definition == recordingSchema {
		s = libraryRecording()
	}
	return s.schemas[definition].Validate(v.ToAny()) == nil, len(schemaFaults(definition, v))
}

// SchemaKeys are the names of all fields that the schema of specs knows.
func SchemaKeys() []string {
	var names []string
	var collect func(formula.Value)
	collect = func(v formula.Value) {
		if list, ok := v.AsList(); ok {
			for _, item := range list {
				collect(item)
			}
		}
		for i, key := range v.Keys() {
			_, item := v.At(i)
			if key == "properties" {
				names = append(names, item.Keys()...)
			}
			collect(item)
		}
	}
	collect(librarySpec().doc)
	return names
}
