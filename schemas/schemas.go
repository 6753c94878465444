// Package schemas holds the JSON Schemas as files and as embedded bytes.
//
// The files are written by hand and are the one description of what a
// connector, and a recording of one, may say, and of what the program prints
// for others. Editors and other validators use
// them as they are:
//
//	# yaml-language-server: $schema=schemas/spec.schema.json
//
// They are JSON Schema 2020-12, need no other file, and keep to a small part
// of it, so that a validator for them can be small and an editor that knows an
// older draft still helps: no unions, no dynamic references, and nothing but
// a title, a description, a default and examples beside a $ref.
package schemas

import "embed"

// FS holds the schema files, such as spec.schema.json.
//
//go:embed *.schema.json
var FS embed.FS

// Spec returns the schema of connector specs. The parts of a connector that
// have a file of their own are definitions in it, such as
// #/$defs/apiClient for auth/make-api-client.map.yml.
func Spec() []byte { return read("spec.schema.json") }

// Recording returns the schema of recordings.
func Recording() []byte { return read("recording.schema.json") }

// TestResult returns the schema of what connector test prints as JSON.
func TestResult() []byte { return read("test-result.schema.json") }

// Diagnostics returns the schema of what connector validate prints as JSON.
func Diagnostics() []byte { return read("diagnostics.schema.json") }

// Connections returns the schema of what connector connections list prints as
// JSON.
func Connections() []byte { return read("connections.schema.json") }

// Clients returns the schema of what connector clients list prints as JSON.
func Clients() []byte { return read("clients.schema.json") }

// StoreStatus returns the schema of what connector store status prints as JSON.
func StoreStatus() []byte { return read("store-status.schema.json") }

// Token returns the schema of what connector connections token prints as JSON.
func Token() []byte { return read("token.schema.json") }

// DisconnectResult returns the schema of what connector disconnect prints as
// JSON.
func DisconnectResult() []byte { return read("disconnect-result.schema.json") }

func read(name string) []byte {
	b, err := FS.ReadFile(name)
	if err != nil {
		panic(err) // the file is embedded under this name
	}
	return b
}
