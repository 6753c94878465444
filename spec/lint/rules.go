package lint

import "github.com/connector-spec/connector/spec"

// A Rule is one opinion about specs that are valid.
type Rule struct {
	Code     string
	Severity spec.Severity // unless a configuration says another
	// For names the platform whose rule it is; "" for everyone's.
	For   string
	check func(*Pass)
}

// Rules lists the opinions.
func Rules() []Rule { return rules }

// rules lists the opinions: one rule, one file, one line here.
var rules = []Rule{
	unmarkedSecret,
	untypedOverride,
}

// FindRule returns the rule of a code, nil if there is none.
func FindRule(code string) *Rule {
	for i := range rules {
		if rules[i].Code == code {
			return &rules[i]
		}
	}
	return nil
}
