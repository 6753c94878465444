package spec

import (
	"crypto/sha256"
	"encoding/binary"
	"encoding/hex"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"slices"
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
	return path.Join(c.recordingsDirectory(), name+".yml")
}

// recordingsDirectory returns the directory in which recordings of c lie.
func (c *Connector) recordingsDirectory() string {
	base := path.Base(c.File)
	dir := "recordings"
	if parent := path.Base(c.Root); !isSpecName(base, parent) {
		dir = strings.TrimSuffix(strings.TrimSuffix(base, ".yaml"), ".yml") + ".recordings"
	}
	return path.Join(c.Root, dir)
}

// Recordings lists the files that lay where recordings of the connector lie
// when it was loaded, sorted, relative to the file system that it was loaded
// from. The error says why that is not known.
func (c *Connector) Recordings() ([]string, error) { return c.recordings, c.unlisted }

// HasRecording tells whether a file of [Connector.RecordingFile] was there when
// the connector was loaded. The error says why that is not known.
func (c *Connector) HasRecording(file string) (bool, error) {
	_, ok := slices.BinarySearch(c.recordings, file)
	return ok, c.unlisted
}

// listRecordings lists the files of recordings in a directory, which need not
// be there.
func listRecordings(fsys fs.FS, dir string) ([]string, error) {
	if fsys == nil {
		return nil, nil
	}
	entries, err := fs.ReadDir(fsys, dir)
	var list []string
	for _, e := range entries {
		if path.Ext(e.Name()) == ".yml" && !strings.HasPrefix(e.Name(), ".") {
			list = append(list, path.Join(dir, e.Name()))
		}
	}
	slices.Sort(list)
	switch {
	case err == nil, errors.Is(err, fs.ErrNotExist):
		return list, nil
	case len(list) == 0 && isNoDirectory(fsys, dir):
		return nil, nil
	}
	return nil, fmt.Errorf("read %s: %w", dir, plainError(err))
}

// isNoDirectory tells whether something else than a directory has that name.
func isNoDirectory(fsys fs.FS, name string) bool {
	info, err := fs.Stat(fsys, name)
	return err == nil && !info.IsDir()
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
