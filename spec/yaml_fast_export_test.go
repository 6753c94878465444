package spec

import "github.com/connector-spec/connector/formula"

// ReadOrdinary reads a file without the YAML library, if it can.
func ReadOrdinary(data []byte) (formula.Value, bool) { return readOrdinary(data) }

// ParseAny reads a file with the YAML library, also if it need not.
func ParseAny(name string, data []byte) (*Source, []Diagnostic) { return parseAny(name, data) }
