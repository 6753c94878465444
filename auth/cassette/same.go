package cassette

import (
	"encoding/json"
	"strconv"
	"strings"
)

// SameAs tells whether two recordings say the same: they may differ in when they
// were made, by what and with which randomness, in the names of placeholders,
// and in the blanks of JSON.
func (rec *Recording) SameAs(other *Recording) bool {
	a, errA := rec.essence()
	b, errB := other.essence()
	return errA == nil && errB == nil && a == b
}

// essence is a recording as text without what may differ.
func (rec *Recording) essence() (string, error) {
	plain := *rec
	plain.RecordedAt, plain.Seed, plain.Tool = "", "", ""
	plain.Steps = make([]Step, len(rec.Steps))
	for i, step := range rec.Steps {
		plain.Steps[i] = Step{step.Name, append([]Exchange(nil), step.Exchanges...)}
		for j := range step.Exchanges {
			if x := &plain.Steps[i].Exchanges[j].Response; x.BodyEncoding == "" {
				x.Body = lined(x.Body)
			}
		}
	}
	text, err := json.Marshal(plain)
	return renamed(string(text)), err
}

// renamed gives placeholders the numbers of their first places.
func renamed(text string) string {
	var b strings.Builder
	numbers := map[string]string{}
	for {
		before, rest, ok := strings.Cut(text, "{{")
		b.WriteString(before)
		if !ok {
			return b.String()
		}
		b.WriteString("{{")
		text = rest
		if name, after, closed := strings.Cut(rest, "}}"); closed && isName(name) {
			if numbers[name] == "" {
				numbers[name] = strconv.Itoa(len(numbers))
			}
			b.WriteString(numbers[name] + "}}")
			text = after
		}
	}
}
