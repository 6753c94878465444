package cassette

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"fmt"
	"net/http"
	"slices"
	"strings"
	"sync"

	"github.com/connector-spec/connector/auth/secret"
)

// A Shadow is the RoundTripper for the second run of a recording: the same run
// with placeholders as inputs. It answers each request with the cleaned answer
// of the first run and keeps the request. Both runs must make the same
// requests in the same order; they may differ in nothing but values that hold
// or were derived from secrets.
type Shadow struct {
	opts     Options
	redactor *secret.Redactor
	expected []expected

	mu    sync.Mutex
	step  string
	next  int
	steps []Step
	real  []Request // of the requests in steps, in order
	err   error     // the first difference
}

// expected is one exchange of the first run.
type expected struct {
	step   string
	number int     // in the step, from 1
	real   Request // with its secrets; never written, never quoted
	answer Response
}

// Step begins the step name, as in the first run.
func (s *Shadow) Step(name string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	s.step = name
}

// RoundTrip answers the next request, or gives a [*RecordError].
func (s *Shadow) RoundTrip(req *http.Request) (*http.Response, error) {
	body, err := readRequest(req)
	if err != nil {
		return nil, err
	}
	sent := s.opts.requestOf(req, body)
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return nil, s.err
	}
	if s.next == len(s.expected) {
		s.err = &RecordError{Step: s.step, Problem: "the run with placeholders asks for more than the real one: " + sent.Method + " " + partsOf(sent.URL).path}
		return nil, s.err
	}
	x := &s.expected[s.next]
	if x.step != s.step {
		s.err = &RecordError{Step: x.step, Exchange: x.number, Problem: fmt.Sprintf("the run with placeholders is in step %q here", s.step)}
		return nil, s.err
	}
	if differs := s.compare(&x.real, &sent); len(differs) > 0 {
		s.err = &RecordError{Step: x.step, Exchange: x.number, Problem: "the run with placeholders sends another request", Differs: differs}
		return nil, s.err
	}
	s.next++
	s.keep(x, sent)
	answerBody, err := decodeBody(x.answer.Body, x.answer.BodyEncoding)
	if err != nil {
		return nil, err
	}
	return answer(req, x.answer.Status, headerOf(x.answer.Headers), answerBody), nil
}

// keep puts an exchange into the recording. The caller holds mu.
func (s *Shadow) keep(x *expected, sent Request) {
	i := slices.IndexFunc(s.steps, func(step Step) bool { return step.Name == x.step })
	if i < 0 {
		i = len(s.steps)
		s.steps = append(s.steps, Step{Name: x.step})
	}
	s.steps[i].Exchanges = append(s.steps[i].Exchanges, Exchange{Request: sent, Response: x.answer})
	s.real = append(s.real, x.real)
}

// compare lists where the two runs differ in more than values: in method,
// host, the plain segments of the path, names of parameters and headers, and
// whether there is a body.
func (s *Shadow) compare(real, sent *Request) []Difference {
	var list []Difference
	note := func(field, a, b string) {
		if a != b {
			list = append(list, Difference{Field: field, Recorded: cut(s.redactor.Placehold(a)), Sent: cut(s.redactor.Placehold(b))})
		}
	}
	a, b := partsOf(real.URL), partsOf(sent.URL)
	note("method", real.Method, sent.Method)
	if host := s.redactor.Placehold(a.host); host != b.host {
		note("host", a.host, b.host)
	}
	if !s.samePath(a.path, b.path) {
		note("path", a.path, b.path)
	}
	names := func(field string, a, b map[string]string) {
		for _, name := range sortedKeys(a, b) {
			_, inA := a[name]
			_, inB := b[name]
			if inA != inB {
				list = append(list, Difference{Field: fmt.Sprintf("%s %q", field, s.redactor.Placehold(name))})
			}
		}
	}
	names("query", a.query, b.query)
	names("header", real.Headers, sent.Headers)
	if (real.Body == "") != (sent.Body == "") {
		list = append(list, Difference{Field: "body"})
	}
	return list
}

// samePath says whether two paths have the same shape: segments are equal once
// secrets are replaced, or hold a placeholder, or held a secret in whatever form.
func (s *Shadow) samePath(real, sent string) bool {
	a, b := strings.Split(real, "/"), strings.Split(sent, "/")
	return slices.EqualFunc(a, b, func(x, y string) bool {
		if x == y || strings.Contains(y, "{{") {
			return true
		}
		clean := s.redactor.Placehold(x)
		return clean == y || clean != x
	})
}

// Recording gives the recording of both runs, with Version and Steps filled
// in; the caller fills in the rest. It is an error ([*RecordError]) if the
// second run was not the first again, and a [*LeakError] if one of its
// requests holds, unchanged from the first run, what looks like a secret: an
// input that nobody marked.
func (s *Shadow) Recording() (*Recording, error) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.err != nil {
		return nil, s.err
	}
	if s.next < len(s.expected) {
		x := &s.expected[s.next]
		return nil, &RecordError{Step: x.step, Exchange: x.number, Problem: "the run with placeholders does not ask for it"}
	}
	rec := &Recording{Version: Version, Steps: s.steps, derived: map[string]bool{}}
	numbers := map[string]int{}
	for i, x := range s.expected {
		at := slices.IndexFunc(s.steps, func(step Step) bool { return step.Name == x.step })
		number := numbers[x.step]
		numbers[x.step]++
		real := s.real[i].text()
		sent := &s.steps[at].Exchanges[number].Request
		var leak error
		sent.fields(func(field, text string) {
			for _, m := range secret.Lookalikes(text) {
				value := text[m.Start:m.End]
				if leak == nil && strings.Contains(real, value) && !sent.digests(value) {
					leak = &LeakError{
						Step: x.step, Pointer: fmt.Sprintf("/steps/%d/exchanges/%d/request%s", at, number, field),
						Found: "what looks like a secret (" + m.Name + ") and is no marked input",
						Mend:  markInput,
					}
				}
				rec.derived[value] = true
			}
		})
		if leak != nil {
			return nil, leak
		}
	}
	return rec, nil
}

// digests says whether a value is the digest of the body that stands beside it,
// as signatures of requests want it: it says no more than the body does.
func (r *Request) digests(value string) bool {
	body, err := decodeBody(r.Body, r.BodyEncoding)
	if err != nil {
		return false
	}
	sum := sha256.Sum256(body)
	return strings.EqualFold(value, hex.EncodeToString(sum[:])) || value == base64.StdEncoding.EncodeToString(sum[:])
}

// text gives all of a request in one piece, to search it.
func (r *Request) text() string {
	var b strings.Builder
	r.fields(func(_, text string) { b.WriteString(text); b.WriteByte('\n') })
	return b.String()
}

// fields calls visit with every text of a request and its JSON Pointer, as it
// stands in a file and as it was sent.
func (r *Request) fields(visit func(pointer, text string)) {
	f := readableRequest(r)
	visit("/method", f.Method)
	for _, part := range f.Query {
		visit("/query", part.name)
		visitBoth("/query/"+pointerToken(part.name), "", part.value, visit)
	}
	visit("/url", r.URL)
	for _, name := range sortedKeys(f.Headers, nil) {
		visitBoth("/headers/"+pointerToken(name), name+": ", f.Headers[name], visit)
	}
	for _, part := range f.Form {
		visit("/form", part.name)
		visitBoth("/form/"+pointerToken(part.name), "", part.value, visit)
	}
	body := "/body"
	if f.Form != nil {
		body = "/form"
	}
	visitBody(body, r.Body, r.BodyEncoding, visit)
}

// visitBoth visits a value as it is shown, and as it is.
func visitBoth(pointer, prefix, shown string, visit func(pointer, text string)) {
	visit(pointer, prefix+shown)
	if sent := hidden(shown); sent != shown {
		visit(pointer, prefix+sent)
	}
}

// fields calls visit with every text of an answer and its JSON Pointer.
func (r *Response) fields(visit func(pointer, text string)) {
	for _, name := range sortedKeys(r.Headers, nil) {
		visit("/headers/"+pointerToken(name), name+": "+r.Headers[name])
	}
	visitBody("/body", r.Body, r.BodyEncoding, visit)
}

func visitBody(pointer, body, encoding string, visit func(pointer, text string)) {
	if plain, err := decodeBody(body, encoding); err == nil && len(plain) > 0 {
		visit(pointer, string(plain))
	}
}
