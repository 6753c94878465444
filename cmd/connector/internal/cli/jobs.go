package cli

import (
	"cmp"
	"context"
	"fmt"
	"maps"
	"net/http"
	"runtime"
	"runtime/debug"
	"slices"
	"strings"
	"sync"
	"time"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/cmd/connector/internal/report"
	"github.com/connector-spec/connector/formula"
)

// report runs the tests and prints what comes out. What is known by an
// interruption is printed, too.
func (t *tester) report(ctx context.Context, cases []*testCase, codes []int) error {
	out := report.NewTests(t.format, t.Stdout, report.TestOptions{
		Color: t.useColor(t.StdoutTerminal), Quiet: t.quiet, Routes: t.opts.network.routes, Version: version(), Now: t.Now,
	})
	for _, c := range cases { // before any learns its secrets
		t.separate(c)
	}
	t.watch(len(cases))
	defer t.status.close()
	missing, err := t.runAll(ctx, cases, func(c *testCase, r report.Test) error {
		codes = append(codes, c.code)
		return t.status.aside(func() error { return out.Write(r) })
	})
	t.status.close()
	if err == nil {
		err = out.Close(report.End{Missing: missing})
	}
	if err == nil && missing > 0 {
		err = context.Cause(ctx)
	}
	if err != nil {
		return err
	}
	return exitWith(testCode(codes))
}

// watch shows how far the tests are, where somebody watches.
func (t *tester) watch(tests int) {
	watched := t.StderrTerminal && !t.quiet && !t.verbose && t.Getenv("CI") == "" && t.Getenv("TERM") != "dumb"
	t.status = newStatus(t.Stderr, watched, tests)
	env, shared := *t.Env, *t.global
	env.Stderr, shared.Env = t.status, &env
	t.global = &shared
}

// patience is how long tests that run may take to end after an interruption.
const patience = 2 * time.Second

// An ended is a test that has ended, or a bug of the program.
type ended struct {
	i      int
	report report.Test
	bug    string // a panic, with its stack
}

// runAll runs tests side by side and hands over what came out of them in the
// order of the cases. When the context ends, it hands over what has ended by
// then, and returns how many have not.
func (t *tester) runAll(ctx context.Context, cases []*testCase, write func(*testCase, report.Test) error) (missing int, err error) {
	q := newQueue(len(cases), t.blockers(ctx, cases))
	defer context.AfterFunc(ctx, q.close)()
	defer q.close()
	results := t.work(ctx, q, cases)
	var gone <-chan time.Time // nil, which never comes, before an interruption
	interrupted := ctx.Done()
	waiting := make(map[int]report.Test)
	next := 0
	for open := true; open; {
		var e ended
		select {
		case e, open = <-results:
		case <-interrupted:
			interrupted, gone = nil, time.After(patience)
			continue
		case <-gone: // what is still running is left behind
			open = false
		}
		if e.bug != "" {
			panic(e.bug) // where Main recovers it
		}
		if !open {
			break
		}
		waiting[e.i] = e.report
		for r, ok := waiting[next]; ok; r, ok = waiting[next] {
			if err := write(cases[next], r); err != nil {
				return 0, err
			}
			delete(waiting, next)
			next++
		}
	}
	for _, i := range slices.Sorted(maps.Keys(waiting)) { // behind one that did not end
		if err := write(cases[i], waiting[i]); err != nil {
			return 0, err
		}
	}
	return len(cases) - next - len(waiting), nil
}

// work starts the workers and returns where their results come, those that were
// broken off excepted.
func (t *tester) work(ctx context.Context, q *queue, cases []*testCase) <-chan ended {
	workers := t.opts.jobs
	if workers <= 0 {
		workers = runtime.GOMAXPROCS(0)
	}
	results := make(chan ended, len(cases)) // nobody waits for who reads them
	var running sync.WaitGroup
	for range min(workers, len(cases)) {
		running.Go(func() {
			for {
				i, ok := q.take()
				if !ok {
					return
				}
				e := t.attempt(ctx, i, cases[i])
				q.done(i)
				if cases[i].code != exitInterrupted || e.bug != "" {
					results <- e
				}
			}
		})
	}
	go func() {
		running.Wait()
		close(results)
	}()
	return results
}

// attempt runs a test and catches a panic.
func (t *tester) attempt(ctx context.Context, i int, c *testCase) (e ended) {
	defer func() {
		if r := recover(); r != nil {
			e.bug = fmt.Sprintf("%v\n%s", r, debug.Stack())
		}
	}()
	t.status.begin(c.name())
	defer t.status.end()
	return ended{i: i, report: t.run(ctx, c)}
}

// A queue hands out tests in their order, but for those that wait for an earlier
// one to end.
type queue struct {
	mu      sync.Mutex
	changed *sync.Cond
	ready   []int // sorted
	blocked []int // how many each waits for
	waiting [][]int
	left    int // that have not been handed out
	closed  bool
}

// newQueue makes a queue of n tests; blockers lists for some which they wait for.
func newQueue(n int, blockers map[int][]int) *queue {
	q := &queue{blocked: make([]int, n), waiting: make([][]int, n), left: n}
	q.changed = sync.NewCond(&q.mu)
	for i := range n {
		q.blocked[i] = len(blockers[i])
		for _, j := range blockers[i] {
			q.waiting[j] = append(q.waiting[j], i)
		}
		if q.blocked[i] == 0 {
			q.ready = append(q.ready, i)
		}
	}
	return q
}

// take waits for a test that can run; there is none when all have been handed
// out, or the queue was closed.
func (q *queue) take() (int, bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for len(q.ready) == 0 && q.left > 0 && !q.closed {
		q.changed.Wait()
	}
	if q.left == 0 || q.closed {
		return 0, false
	}
	i := q.ready[0]
	q.ready = q.ready[1:]
	if q.left--; q.left == 0 {
		q.changed.Broadcast()
	}
	return i, true
}

// done lets those go that waited for a test.
func (q *queue) done(i int) {
	q.mu.Lock()
	defer q.mu.Unlock()
	for _, j := range q.waiting[i] {
		if q.blocked[j]--; q.blocked[j] == 0 {
			at, _ := slices.BinarySearch(q.ready, j)
			q.ready = slices.Insert(q.ready, at, j)
			q.changed.Signal()
		}
	}
}

// close hands out no more.
func (q *queue) close() {
	q.mu.Lock()
	defer q.mu.Unlock()
	q.closed = true
	q.changed.Broadcast()
}

// blockers lists for each live test the earlier ones that it waits for: those
// that may send requests to the same hosts, since many APIs limit how much is
// asked of them at once, and those of the same connector.
func (t *tester) blockers(ctx context.Context, cases []*testCase) map[int][]int {
	var live []int
	for i, c := range cases {
		if c.live && c.failure == nil && c.broken == 0 && c.skip == "" {
			live = append(live, i)
		}
	}
	if len(live) < 2 || t.opts.jobs == 1 {
		return nil
	}
	blockers := make(map[int][]int)
	last := make(map[string]int) // the last test of each host
	everything := -1             // the last test that may go anywhere
	for _, i := range live {
		c := cases[i]
		hosts, anywhere := c.hosts(ctx)
		if everything >= 0 {
			blockers[i] = append(blockers[i], everything)
		}
		if anywhere {
			blockers[i] = append(blockers[i], slices.Collect(maps.Values(last))...)
			everything = i
			clear(last)
		}
		for _, host := range append(hosts, "connector "+c.place.display(c.place.file)) {
			if j, ok := last[host]; ok {
				blockers[i] = append(blockers[i], j)
			}
			last[host] = i
		}
		slices.Sort(blockers[i])
		blockers[i] = slices.Compact(blockers[i])
		blockers[i] = slices.DeleteFunc(blockers[i], func(j int) bool { return j == i })
	}
	return blockers
}

// hosts returns the hosts to which a live test sends requests, and whether it
// may be others, too: those of a script are not known before it runs.
func (c *testCase) hosts(ctx context.Context) (hosts []string, anywhere bool) {
	for _, phase := range auth.Explain(ctx, c.subject).Phases {
		anywhere = anywhere || phase.Note != ""
		for _, request := range phase.Requests {
			host := c.filled(hostOf(request.URL))
			anywhere = anywhere || host == "" || strings.Contains(host, "{{")
			hosts = append(hosts, host)
		}
	}
	return hosts, anywhere
}

// hostOf returns the host of a URL in which placeholders may stand.
func hostOf(raw string) string {
	_, rest, _ := strings.Cut(raw, "://")
	if i := strings.IndexAny(rest, "/?#"); i >= 0 {
		rest = rest[:i]
	}
	return rest[strings.LastIndexByte(rest, '@')+1:]
}

// filled returns a host with the values in place of their placeholders; a value
// may be a whole address.
func (c *testCase) filled(host string) string {
	for _, side := range []struct {
		prefix string
		values formula.Value
	}{{"{{input.", c.values.Inputs}, {"{{parameter.", c.values.Parameters}} {
		for i, name := range side.values.Keys() {
			_, v := side.values.At(i)
			if placeholder := side.prefix + name + "}}"; strings.Contains(host, placeholder) {
				host = strings.ReplaceAll(host, placeholder, v.Text())
				host = cmp.Or(hostOf(host), host)
			}
		}
	}
	return strings.ToLower(host)
}

// separate gives a test a redactor of its own, unless it has one.
func (t *tester) separate(c *testCase) {
	switch {
	case c.redactor != nil:
	case c.live:
		c.redactor = t.redactor.Child()
	default: // its secrets are placeholders
		c.redactor = secret.NewRedactor()
	}
}

// wire returns the network of a test, with a tap for who wants to see what goes
// over it.
func (t *tester) wire(c *testCase) http.RoundTripper {
	brief := ""
	if t.status != nil { // the report shows the whole
		brief = c.name()
	}
	return t.wired(c.redactor, brief)
}
