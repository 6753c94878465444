package report

import (
	"bufio"
	"fmt"
	"io"
	"strconv"
	"time"
)

// htmlTests prints tests as a page of its own: no script, nothing fetched, and
// nothing that is only seen or only a colour.
type htmlTests struct {
	w       io.Writer
	options TestOptions
	tests   []Test
	tally   Tally
}

func openHTMLTests(w io.Writer, o TestOptions) Tests { return &htmlTests{w: w, options: o} }

func (h *htmlTests) Write(t Test) error {
	h.tally.add(&t)
	h.tests = append(h.tests, t)
	return nil
}

// Close prints the page.
func (h *htmlTests) Close(end End) error {
	w := bufio.NewWriterSize(h.w, 64<<10)
	put := func(parts ...markup) {
		for _, m := range parts {
			_, _ = w.WriteString(string(m))
		}
	}
	put("<!DOCTYPE html>\n", `<html lang="en">`, h.head(), "<body>", h.header(end), "<main>", h.failures(), h.routes(), h.overview())
	h.details(put)
	put("</main>\n", "</body>\n", "</html>\n")
	return w.Flush() // which gives the first error
}

func (h *htmlTests) head() markup {
	return element("head", nil,
		element("meta", attributes{"charset", "utf-8"}), "\n",
		element("meta", attributes{"name", "viewport", "content", "width=device-width, initial-scale=1"}), "\n",
		element("meta", attributes{"http-equiv", "Content-Security-Policy", "content", "default-src 'none'; style-src 'unsafe-inline'"}), "\n",
		element("meta", attributes{"name", "referrer", "content", "no-referrer"}), "\n",
		element("title", nil, text("Connector tests: "+h.tally.String())),
		element("style", nil, htmlStyle),
	)
}

func (h *htmlTests) header(end End) markup {
	verdict := []markup{word(passed)}
	if h.tally.Failed > 0 {
		verdict = []markup{word(failed)}
	} else if h.tally.Passed == 0 {
		verdict = []markup{word(skipped)}
	}
	if missing := end.text(); missing != "" {
		verdict = []markup{element("span", attributes{"class", "word failed"}, text("✗ "+missing))}
	}
	verdict = append(verdict, text(": "+h.tally.String()))
	now := h.options.Now().UTC()
	return element("header", nil,
		element("h1", nil, "Connector tests"),
		element("p", attributes{"class", "verdict"}, verdict...),
		element("p", attributes{"class", "soft"}, text("connector "+h.options.Version+", "),
			element("time", attributes{"datetime", now.Format(time.RFC3339)}, text(now.Format("2 January 2006, 15:04 MST")))),
	)
}

// signs are what stands before the word of an outcome.
var signs = map[string]string{passed: "✓", failed: "✗", skipped: "–"}

// word returns the word of an outcome.
func word(outcome string) markup {
	return element("span", attributes{"class", "word " + outcome}, text(signs[outcome]+" "+outcome))
}

// section returns a part of the page under a heading.
func section(id, heading string, inside ...markup) markup {
	inside = append([]markup{element("h2", attributes{"id", id}, text(heading))}, inside...)
	return element("section", attributes{"aria-labelledby", id}, inside...)
}

// failures leads to what failed.
func (h *htmlTests) failures() markup {
	var list []markup
	for i := range h.tests {
		if t := &h.tests[i]; t.outcome() == failed {
			list = append(list, element("li", nil, link(i, t), text(": "+t.Message)))
		}
	}
	if len(list) == 0 {
		return ""
	}
	return section("failures", "What failed", element("ul", nil, list...))
}

func link(i int, t *Test) markup {
	return element("a", attributes{"href", "#test-" + strconv.Itoa(i+1)}, text(fullName(t)))
}

func fullName(t *Test) string {
	if what := t.name(); what != "" {
		return t.Connector + " / " + what
	}
	return t.Connector
}

func (h *htmlTests) routes() markup {
	var list []markup
	for _, r := range h.options.Routes {
		list = append(list, element("li", nil, element("code", nil, text(r))))
	}
	if len(list) == 0 {
		return ""
	}
	return section("routes", "Routes", element("p", nil, "Requests for these origins went to another server:"), element("ul", nil, list...))
}

// overview lists all tests.
func (h *htmlTests) overview() markup {
	if len(h.tests) == 0 {
		return ""
	}
	var rows []markup
	for i := range h.tests {
		t := &h.tests[i]
		rows = append(rows, element("tr", nil,
			element("td", attributes{"class", "result"}, word(t.outcome())),
			element("th", attributes{"scope", "row"}, link(i, t)),
			element("td", nil, text(t.ranAs())),
			element("td", attributes{"class", "number"}, text(t.took())),
		))
	}
	return section("all", "All tests", table("Each option of each connector, and each operation", []string{"Result", "Test", "Mode", "Time"}, rows))
}

// ranAs returns how the test ran; "" if it did not.
func (t *Test) ranAs() string {
	if len(t.Steps) == 0 {
		return ""
	}
	return t.Mode
}

// took returns how long a test took; "" where that says nothing.
func (t *Test) took() string {
	if !t.timed() || len(t.Steps) == 0 {
		return ""
	}
	return fmt.Sprintf("%.0f ms", 1000*t.Duration.Seconds())
}

// table returns a table that scrolls by itself where the screen is narrow.
func table(caption string, columns []string, rows []markup) markup {
	var head []markup
	for _, c := range columns {
		a := attributes{"scope", "col"}
		if c == "Time" {
			a = append(a, "class", "number")
		}
		head = append(head, element("th", a, text(c)))
	}
	return element("div", attributes{"class", "scroll", "tabindex", "0", "role", "region", "aria-label", caption},
		element("table", nil, element("caption", nil, text(caption)), element("thead", nil, element("tr", nil, head...)), element("tbody", nil, rows...)))
}

// details writes each connector with its tests.
func (h *htmlTests) details(put func(...markup)) {
	for from := 0; from < len(h.tests); {
		to := from
		var tests []markup
		for ; to < len(h.tests) && h.tests[to].File == h.tests[from].File; to++ {
			tests = append(tests, h.test(to))
		}
		first := &h.tests[from]
		file := element("p", attributes{"class", "soft"}, element("code", nil, text(first.File)))
		put(section("connector-"+strconv.Itoa(from+1), first.Connector, append([]markup{file}, tests...)...))
		from = to
	}
}

// test shows one test; the steps of one that failed are open.
func (h *htmlTests) test(i int) markup {
	t := &h.tests[i]
	id := "test-" + strconv.Itoa(i+1)
	inside := []markup{
		element("h3", attributes{"id", id}, word(t.outcome()), text(" "+caseName(t))),
		facts(t),
	}
	if t.Skipped != "" {
		inside = append(inside, element("p", nil, text("Skipped: "+t.Skipped)))
	}
	var asides []markup
	for _, r := range t.remarks() {
		switch r.kind {
		case "":
			inside = append(inside, element("p", nil, element("strong", nil, text(r.text))))
		case "hint":
			inside = append(inside, element("p", nil, element("strong", nil, "Hint: "), text(r.text)))
		case "note", "drift", "warning":
			asides = append(asides, element("li", nil, element("span", attributes{"class", "word " + r.kind}, text(r.kind+":")), text(" "+r.text)))
		}
	}
	if len(asides) > 0 {
		inside = append(inside, element("ul", nil, asides...))
	}
	inside = append(inside, steps(t))
	return element("article", attributes{"class", "test " + t.outcome(), "aria-labelledby", id}, inside...)
}

// facts lists what a test is and gave.
func facts(t *Test) markup {
	var list []markup
	if mode := t.ranAs(); mode != "" {
		list = append(list, element("dt", nil, "Mode"), element("dd", nil, text(mode)))
	}
	if t.Label != "" {
		list = append(list, element("dt", nil, "Label"), element("dd", nil, text(t.Label)))
	}
	if took := t.took(); took != "" {
		list = append(list, element("dt", nil, "Time"), element("dd", nil, text(took)))
	}
	facts := element("dl", nil, list...)
	if len(list) == 0 { // a list of nothing is no list
		facts = ""
	}
	if len(t.Returned) == 0 {
		return facts
	}
	summary := "What the test returned"
	if t.Operation != "" {
		summary = "What the operation returned"
	}
	if t.Cut {
		summary += " (cut)"
	}
	return facts + element("details", nil, element("summary", nil, text(summary)), element("pre", attributes{"tabindex", "0"}, lines(indented(t.Returned))))
}

// steps shows the steps of a test, with their exchanges.
func steps(t *Test) markup {
	if len(t.Steps) == 0 {
		return ""
	}
	var rows, exchanges []markup
	for _, s := range t.Steps {
		outcome := failed
		if s.OK {
			outcome = passed
		}
		rows = append(rows, element("tr", nil,
			element("td", attributes{"class", "result"}, word(outcome)),
			element("th", attributes{"scope", "row"}, text(s.Name)),
			element("td", attributes{"class", "request"}, requestOf(t, &s)),
		))
		for i := range s.Exchanges {
			x := &s.Exchanges[i]
			exchanges = append(exchanges, element("details", nil,
				element("summary", nil, text(fmt.Sprintf("%s: %s %s, %s", s.Name, x.Method, x.URL, x.statusLine()))),
				element("pre", attributes{"tabindex", "0"}, lines(x.text()))))
		}
	}
	a := attributes{}
	if t.outcome() == failed {
		a = attributes{"open", "open"}
	}
	inside := []markup{
		element("summary", nil, text(plural(len(t.Steps), "step"))),
		table("Steps of "+fullName(t), []string{"Result", "Step", "What happened"}, rows),
	}
	if len(exchanges) > 0 {
		inside = append(inside, element("h4", nil, "Requests and answers"))
		inside = append(inside, exchanges...)
	}
	return element("details", a, inside...)
}

// requestOf shows the last request of a step and how it was answered, and what is
// said about the step.
func requestOf(t *Test, s *Step) markup {
	if s.Request == nil {
		return text(s.Message)
	}
	request := text(s.Request.Method+" ") + element("code", nil, text(s.Request.URL)) + element("br", nil)
	answer := "no answer"
	if s.Status != 0 {
		answer = fmt.Sprintf("answered %d", s.Status)
	}
	if t.timed() {
		answer += fmt.Sprintf(" after %.0f ms", s.MS)
	}
	if s.Message != "" {
		answer += ": " + s.Message
	}
	return request + text(answer)
}
