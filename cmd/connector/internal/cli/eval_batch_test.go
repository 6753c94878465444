package cli_test

import (
	"bytes"
	"context"
	"fmt"
	"io"
	"runtime"
	"testing"
	"time"

	"github.com/connector-spec/connector/cmd/connector/internal/cli"
)

// A lineSource gives lines of a batch until there were count.
type lineSource struct {
	count, given int
	rest         []byte
}

func (s *lineSource) Read(p []byte) (int, error) {
	if len(s.rest) == 0 {
		if s.given == s.count {
			return 0, io.EOF
		}
		s.given++
		s.rest = fmt.Appendf(nil, `{"formula": {"$concat": ["Bearer ", {"$var": "token"}, "${n + 1}"]}, "variables": {"token": "t%d", "n": %d}}`+"\n", s.given, s.given)
	}
	n := copy(p, s.rest)
	s.rest = s.rest[n:]
	return n, nil
}

// A heapWatch counts lines and looks at the memory in use now and then.
type heapWatch struct {
	lines, samples int
	first, most    uint64
}

func (w *heapWatch) Write(p []byte) (int, error) {
	w.lines += bytes.Count(p, []byte("\n"))
	if w.lines/20_000 < w.samples {
		return len(p), nil
	}
	w.samples++
	runtime.GC()
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	if w.first == 0 {
		w.first = m.HeapAlloc
	}
	w.most = max(w.most, m.HeapAlloc)
	return len(p), nil
}

// TestBatchMemory runs many lines: the memory in use at the end is what it was
// at the start. It is not parallel, so that the memory of other tests does not
// count.
func TestBatchMemory(t *testing.T) {
	const lines = 200_000
	w := &heapWatch{}
	code := cli.Main(&cli.Env{
		Stdin: &lineSource{count: lines}, Stdout: w, Stderr: io.Discard,
		Getenv: func(string) string { return "" }, Environ: func() []string { return nil }, Now: time.Now,
		Interrupted: func() (context.Context, context.CancelFunc) { return context.WithCancel(t.Context()) },
	}, []string{"eval", "--batch", "-"})
	if code != 0 || w.lines != lines {
		t.Fatalf("exit code %d after %d lines, want 0 after %d", code, w.lines, lines)
	}
	const slack = 4 << 20
	if w.samples < 9 || w.most > w.first+slack {
		t.Errorf("%d bytes are in use at most, and %d at the start, of %d samples", w.most, w.first, w.samples)
	}
	t.Logf("%d to %d bytes, %d samples", w.first, w.most, w.samples)
}
