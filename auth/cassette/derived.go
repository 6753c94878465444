package cassette

import (
	"encoding/json"
	"maps"
	"net/url"
	"slices"
	"strings"
)

// minDerived is the length from which a derived value is recognised.
const minDerived = 8

// Derived lists the values that the first run sent and the second did not, and
// that are more than the secrets the redactor knows: they were made of secrets,
// such as a signature. The redactor must learn them before the answers are
// clean, since a server may repeat them.
func (s *Shadow) Derived() []string {
	s.mu.Lock()
	defer s.mu.Unlock()
	found := map[string]bool{}
	numbers := map[string]int{}
	for i := range s.real {
		x := &s.expected[i]
		at := slices.IndexFunc(s.steps, func(step Step) bool { return step.Name == x.step })
		sent := s.steps[at].Exchanges[numbers[x.step]].Request
		numbers[x.step]++
		same := map[string]bool{}
		for _, value := range sent.values() {
			same[value] = true
		}
		for _, value := range s.real[i].values() {
			if len(value) >= minDerived && !same[value] && !same[s.redactor.Placehold(value)] {
				found[value] = true
			}
		}
	}
	return slices.Sorted(maps.Keys(found))
}

// values gives the values of a request and their words, unescaped.
func (r *Request) values() []string {
	var list []string
	add := func(value string) {
		list = append(list, value)
		list = append(list, strings.FieldsFunc(value, func(c rune) bool { return strings.ContainsRune(" ,;=\"'&\n", c) })...)
	}
	parts := partsOf(r.URL)
	for segment := range strings.SplitSeq(parts.path, "/") {
		add(unescaped(segment, url.PathUnescape))
	}
	form := func(raw string) {
		for pair := range strings.SplitSeq(raw, "&") {
			_, value, _ := strings.Cut(pair, "=")
			add(unescaped(value, url.QueryUnescape))
		}
	}
	form(parts.rawQuery)
	for _, value := range r.Headers {
		add(value)
	}
	body, err := decodeBody(r.Body, r.BodyEncoding)
	var data any
	switch {
	case err != nil || len(body) == 0:
	case isForm(r.Headers["Content-Type"]):
		form(string(body))
	case json.Unmarshal(body, &data) == nil:
		texts(data, add)
	default:
		add(string(body))
	}
	return list
}

func unescaped(text string, unescape func(string) (string, error)) string {
	if plain, err := unescape(text); err == nil {
		return plain
	}
	return text
}

// texts calls add with every text in JSON data.
func texts(data any, add func(string)) {
	switch data := data.(type) {
	case string:
		add(data)
	case []any:
		for _, item := range data {
			texts(item, add)
		}
	case map[string]any:
		for _, item := range data {
			texts(item, add)
		}
	}
}
