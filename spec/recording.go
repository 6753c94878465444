package spec

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"path"
	"strings"
)

// CheckRecording holds a recording of a connector that was read against its
// schema.
func CheckRecording(s *Source) []Diagnostic { return validateSource(s, recordingSchema) }

// RecordingFile returns the path of the recording of an option, relative to
// the file system that c was loaded from. Scenario is "" for the plain one.
func (c *Connector) RecordingFile(option, scenario string) string {
	name := option
	if scenario != "" {
		name += "." + scenario
	}
	base := path.Base(c.File)
	dir := "recordings"
	if parent := path.Base(c.Root); !isSpecName(base, parent) {
		dir = strings.TrimSuffix(strings.TrimSuffix(base, ".yaml"), ".yml") + ".recordings"
	}
	return path.Join(c.Root, dir, name+".yml")
}

// Digest returns a digest of all files of the connector: the same files give
// the same digest, wherever they lie.
func (c *Connector) Digest() string {
	h := sha256.New()
	add := func(name string, data []byte) {
		for _, part := range [][]byte{[]byte(name), data} {
			_ = binary.Write(h, binary.BigEndian, uint64(len(part)))
			h.Write(part)
		}
	}
	add("spec", c.source.data)
	for _, b := range c.bodies {
		data := []byte(nil)
		if b.source != nil {
			data = b.source.data
		} else {
			data = []byte(lookupPointer(c.Auth, b.pointer).Get("code").Text())
		}
		add(strings.TrimPrefix(strings.TrimPrefix(b.file, c.Root), "/"), data)
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}
