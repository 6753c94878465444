package method

import (
	"crypto/sha256"
	"encoding/hex"
	"io/fs"

	"github.com/connector-spec/connector/spec"
)

// Digest returns the digest of a connector and of the files that the scripts of
// one of its options import, which are read from files; nil if there are none.
func Digest(c *spec.Connector, set *Set, files fs.FS) string {
	digest := c.Digest()
	imports, err := set.Imports(files)
	if err != nil || len(imports.Files) == 0 || files == nil {
		return digest
	}
	h := sha256.New()
	h.Write([]byte(digest))
	for _, name := range imports.Files {
		data, err := fs.ReadFile(files, name)
		if err != nil {
			return digest
		}
		part := sha256.Sum256(data)
		h.Write([]byte(name))
		h.Write(part[:])
	}
	return "sha256:" + hex.EncodeToString(h.Sum(nil))
}
