// Package spec reads connectors from files, says what they contain and where,
// and validates them against the schemas.
//
//	connector, diagnostics, err := spec.Load(root.FS(), "spec.yml")
//	diagnostics = append(diagnostics, spec.Validate(connector)...)
//
// All generations of the format come to one form in memory: [Connector] keeps
// the flat document of each, and [Connector.Option] gives what one of its
// options comes to after inheritance. Whatever a package finds wrong in that
// form, [Connector.Diagnose] places in the file where it was written.
package spec
