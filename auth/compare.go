package auth

import (
	"context"
	"fmt"
	"io"
	"mime"
	"slices"
	"strings"

	"github.com/connector-spec/connector/auth/cassette"
	"github.com/connector-spec/connector/formula"
)

// A Drift is one field in which reality differs from a recording: in its shape,
// since values differ every time.
type Drift struct {
	Step    string // of the run
	Request int    // in the step, from 1; 0 for the step as a whole
	// Field is step, request, status, header "Name", body, or body "/pointer",
	// in which * stands for any item of a list.
	Field         string
	Recorded, Now string // what it is, such as 200, string or nothing
	// Reader is what reads the field in the spec, such as test; empty if nothing
	// does that is known, and then the drift does not matter.
	Reader string
}

// Matters tells whether the spec depends on what has changed.
func (d Drift) Matters() bool { return d.Reader != "" }

func (d Drift) String() string {
	where := d.Step
	if d.Request > 1 {
		where += fmt.Sprintf(", request %d", d.Request)
	}
	text := fmt.Sprintf("%s: %s was %s when it was recorded, and is %s now", where, d.Field, d.Recorded, d.Now)
	if d.Matters() {
		text += "; " + d.Reader + " reads it"
	}
	return text
}

// A DriftError says that an API is no longer what was recorded, in what the spec
// depends on.
type DriftError struct{ Drift []Drift }

func (e *DriftError) Error() string {
	text := "the API is not what was recorded: " + e.Drift[0].String()
	if more := len(e.Drift) - 1; more > 0 {
		text += fmt.Sprintf(", and %d more", more)
	}
	return text
}

// Compare runs as [Test] does and compares what was answered with a recording of
// the same run. What differs is the Drift of the result, which is not OK if the
// spec depends on any of it. Nothing is recorded.
func Compare(ctx context.Context, s Subject, v Values, w World, random io.Reader, rec *cassette.Recording) (*Result, error) {
	w, err := w.complete()
	if err != nil {
		return nil, err
	}
	seed, err := newSeed(random)
	if err != nil {
		return nil, err
	}
	s.learn(w.Redactor, v)
	tape := cassette.NewTape(&browserNetwork{w.Browser, w.Network}, s.tapeOptions())
	result := liveOver(s, v, w, seed, tape).perform(ctx)
	now, err := tape.Outline(w.Redactor)
	if err != nil {
		return result, err
	}
	recorded, err := valuesOf(rec)
	if err != nil {
		return result, err
	}
	c := &comparison{subject: s, alike: alikeInputs(v, recorded)}
	c.steps(rec.Steps, now, result.OK)
	result.Drift = c.drift
	mattering := slices.DeleteFunc(slices.Clone(c.drift), func(d Drift) bool { return !d.Matters() })
	if result.OK && len(mattering) > 0 {
		err := &DriftError{mattering}
		result.OK = false
		result.fail("", err.Error(), err)
		result.Hint = "change what the spec reads, and make the recording anew with --record"
	}
	return result, nil
}

// A comparison compares one run with its recording.
type comparison struct {
	subject Subject
	alike   *strings.Replacer // writes the inputs of the recording for those of the run
	drift   []Drift

	step    string
	request int
}

// alikeInputs brings addresses to what they were with other inputs.
func alikeInputs(now, recorded Values) *strings.Replacer {
	var pairs []string
	for _, side := range [][2]formula.Value{{now.Inputs, recorded.Inputs}, {now.Parameters, recorded.Parameters}, {now.Input, recorded.Input}} {
		for i, name := range side[0].Keys() {
			_, v := side[0].At(i)
			if from, to := textOf(v), textOf(side[1].Get(name)); len(from) > 1 && to != "" {
				pairs = append(pairs, from, to)
			}
		}
	}
	return strings.NewReplacer(pairs...)
}

func (c *comparison) note(field, recorded, now, reader string) {
	c.drift = append(c.drift, Drift{c.step, c.request, field, recorded, now, reader})
}

// steps compares the steps of both; those of a run that failed end early.
func (c *comparison) steps(recorded, now []cassette.Step, whole bool) {
	find := func(list []cassette.Step, name string) *cassette.Step {
		i := slices.IndexFunc(list, func(s cassette.Step) bool { return s.Name == name })
		if i < 0 {
			return &cassette.Step{}
		}
		return &list[i]
	}
	names := make([]string, 0, len(recorded)+len(now))
	for _, s := range slices.Concat(recorded, now) {
		if !slices.Contains(names, s.Name) {
			names = append(names, s.Name)
		}
	}
	for _, c.step = range names {
		a, b := find(recorded, c.step).Exchanges, find(now, c.step).Exchanges
		for i := range min(len(a), len(b)) {
			c.request = i + 1
			c.exchange(&a[i], &b[i])
		}
		c.request = 0
		if len(a) != len(b) && (whole || len(b) > len(a)) {
			c.note("step", requests(len(a)), requests(len(b)), "")
		}
	}
}

func requests(n int) string {
	if n == 1 {
		return "1 request"
	}
	return fmt.Sprintf("%d requests", n)
}

// exchange compares a request and its answer.
func (c *comparison) exchange(recorded, now *cassette.Exchange) {
	address := func(x *cassette.Exchange) string {
		plain, _, _ := strings.Cut(x.Request.URL, "?")
		return x.Request.Method + " " + plain
	}
	a, b := address(recorded), c.alike.Replace(address(now))
	if a != b && !samePlaces(a, b) {
		c.note("request", a, b, "")
	}
	if now.Response.Status == 0 {
		c.note("status", fmt.Sprint(recorded.Response.Status), "no answer", c.step)
		return
	}
	if x, y := recorded.Response.Status, now.Response.Status; x != y {
		reader := ""
		if x/100 != y/100 {
			reader = c.step
		}
		c.note("status", fmt.Sprint(x), fmt.Sprint(y), reader)
	}
	c.headers(recorded.Response.Headers, now.Response.Headers)
	c.body(&recorded.Response, &now.Response)
}

// samePlaces tells whether two addresses differ in nothing but parts that were
// secrets or that a server made up, which stand as placeholders.
func samePlaces(a, b string) bool {
	return slices.EqualFunc(strings.Split(a, "/"), strings.Split(b, "/"), func(x, y string) bool {
		return x == y || strings.Contains(x, "{{") || strings.Contains(y, "{{")
	})
}

// headers compares those of an answer that say what it is, or that the spec
// reads.
func (c *comparison) headers(recorded, now map[string]string) {
	const kind = "Content-Type"
	if x, y := mediaType(recorded[kind]), mediaType(now[kind]); x != y {
		reader := ""
		if strings.Contains(x, "json") != strings.Contains(y, "json") {
			reader = c.step
		}
		c.note(fmt.Sprintf("header %q", kind), orNothing(x), orNothing(y), reader)
	}
	for _, name := range slices.Sorted(slices.Values(c.subject.tapeOptions().Answers)) {
		x, y := headerOf(recorded, name), headerOf(now, name)
		switch {
		case x != "" && y == "":
			c.note(fmt.Sprintf("header %q", name), "there", "nothing", "the spec")
		case x == "" && y != "":
			c.note(fmt.Sprintf("header %q", name), "nothing", "there", "")
		}
	}
}

func headerOf(headers map[string]string, name string) string {
	for other, value := range headers {
		if strings.EqualFold(name, other) {
			return value
		}
	}
	return ""
}

func mediaType(header string) string {
	kind, _, err := mime.ParseMediaType(header)
	if err != nil {
		return header
	}
	return kind
}

func orNothing(text string) string {
	if text == "" {
		return "nothing"
	}
	return text
}
