package lint

import "github.com/connector-spec/connector/spec"

// Opinions applies all rules for everyone, or the one of a code, and returns how
// many findings there are.
func Opinions(c *spec.Connector, checked []Checked, code string) int {
	var f findings
	pass := Pass{Connector: c, Options: checked}
	for i := range rules {
		if r := &rules[i]; r.When == Always && (code == "" || r.Code == code) {
			pass.rule, pass.found = r, nil
			r.check(&pass)
			f.add(pass.found)
		}
	}
	return len(f.list)
}
