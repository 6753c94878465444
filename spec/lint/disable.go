package lint

import (
	"fmt"

	"github.com/connector-spec/connector/spec"
)

// disable leaves out what comments of the connector's files switch off, and
// says what is wrong with those comments. Errors stay.
func (f *findings) disable(c *spec.Connector, list []spec.Diagnostic) []spec.Diagnostic {
	disables := c.Disables()
	if len(disables) == 0 {
		return list
	}
	needed := make([]bool, len(disables))
	kept := list[:0]
	for _, d := range list {
		isOff := false
		for i := range disables {
			if e := &disables[i]; e.Code == d.Code && e.File == d.File && e.From <= d.Line && d.Line <= e.To {
				needed[i] = true
				isOff = d.Severity != spec.Error
			}
		}
		if !isOff {
			kept = append(kept, d)
		}
	}
	for i, e := range disables {
		kept = append(kept, f.checkDisable(e, needed[i])...)
	}
	return kept
}

// form is how a comment that switches a code off is written.
const form = "connector-disable-line CODE: reason"

// checkDisable says what is wrong with a comment that switches a code off, and
// was needed or not.
func (f *findings) checkDisable(e spec.Disable, needed bool) []spec.Diagnostic {
	if e.Word != "" {
		return []spec.Diagnostic{e.Diagnose("unknown-comment", spec.Error, fmt.Sprintf("there is no comment that begins with %q, so it switches nothing off", e.Word),
			fmt.Sprintf("write %q behind what it is about, or on the line above", form))}
	}
	if e.Mistaken {
		return nil
	}
	if e.Code == "" {
		return []spec.Diagnostic{e.Diagnose("disable-without-reason", spec.Error, "the comment names no code to switch off", fmt.Sprintf("write %q", form))}
	}
	if message, hint := CheckCode(e.Code); message != "" {
		return []spec.Diagnostic{e.Diagnose("unknown-code", spec.Error, message, hint)}
	}
	if why := RefuseDisable(e.Code); why != "" {
		return []spec.Diagnostic{e.Diagnose("cannot-disable", spec.Error, why, "remove it from the comment, and mend what the error is about")}
	}
	if !needed {
		if !f.judges(e.Code) {
			return nil
		}
		d := e.Diagnose("unneeded-disable", spec.Warning, fmt.Sprintf("nothing here is %q, so there is nothing to switch off", e.Code), "remove it")
		d.Fix = e.RemoveFix()
		return []spec.Diagnostic{d}
	}
	if e.Reason == "" {
		return []spec.Diagnostic{e.Diagnose("disable-without-reason", spec.Error, fmt.Sprintf("no reason is given for switching %q off", e.Code),
			fmt.Sprintf("give it after a colon: %q", form))}
	}
	return nil
}

// judges tells whether it is certain in this run that nothing is to be said:
// rules for listings and platforms are not for every run.
func (f *findings) judges(code string) bool {
	r := FindRule(code)
	return !f.isBroken && (r == nil || r.When == Always)
}
