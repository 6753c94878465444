package lint

import (
	"fmt"
	"io/fs"
	"path"
	"slices"
	"strings"

	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec"
)

var unknownOperation = Rule{
	Code:     "unknown-operation",
	Severity: spec.Error,
	check: func(p *Pass) {
		for _, o := range p.Options {
			m, pointer := Mapping(o.Option, "test", spec.KindOperation)
			key, ok := m.Get("operationKey").AsString()
			if !ok || strings.Contains(key, "${") {
				continue
			}
			names, certain := p.operations()
			if !certain || slices.Contains(names, key) {
				continue
			}
			hint := fmt.Sprintf("write it into operations/%s.yml, or under operations in the spec", key)
			if near := formula.Nearest(key, names); near != "" {
				hint = fmt.Sprintf("did you mean %q?", near)
			}
			p.Report(o.Option, pointer+"/operationKey", spec.AtValue(), fmt.Sprintf("there is no operation %q", key), hint)
		}
	},
}

// operations returns the keys of the connector's operations, and whether there
// can be no others.
func (p *Pass) operations() (names []string, certain bool) {
	inline := p.Connector.Meta.Get("operations")
	names = slices.Clone(inline.Keys())
	list, _ := inline.AsList()
	for _, item := range list {
		names = append(names, item.Text())
	}
	if p.Files == nil {
		return names, inline.IsObject()
	}
	entries, err := fs.ReadDir(p.Files, path.Join(p.Connector.Root, "operations"))
	for _, e := range entries {
		name, _, _ := strings.Cut(e.Name(), ".") // list.yml, list.rest.yml, list/
		names = append(names, name)
	}
	return names, err == nil || !fileExists(p.Files, path.Join(p.Connector.Root, "operations"))
}

func fileExists(files fs.FS, name string) bool {
	_, err := fs.Stat(files, name)
	return err == nil
}
