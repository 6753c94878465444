package cli

import (
	"fmt"
	"io"
	"sync"
	"time"

	"github.com/connector-spec/connector/auth/secret"
)

// The line of a status is drawn this often, and first after as long: what is
// done at once needs none.
const statusEvery = 200 * time.Millisecond

// A status is one line on a terminal that says how far a run is. It stands in
// front of the terminal: whatever else is written there is written in its place.
type status struct {
	mu          sync.Mutex
	w           io.Writer
	total, done int
	now         string // the test that began last
	shown       bool   // the line is on the screen
	closed      bool
	paused      int // more than 0 while somebody is asked something
	stop        chan struct{}
}

// newStatus begins a status; if nobody watches it only passes on what is
// written.
func newStatus(w io.Writer, watched bool, total int) *status {
	p := &status{w: w, total: total, stop: make(chan struct{})}
	if watched {
		go p.draw()
	}
	return p
}

// draw draws the line until the end.
func (p *status) draw() {
	ticker := time.NewTicker(statusEvery)
	defer ticker.Stop()
	for {
		select {
		case <-p.stop:
			return
		case <-ticker.C:
		}
		p.mu.Lock()
		if !p.closed && p.paused == 0 {
			p.erase()
			fmt.Fprintf(p.w, "%d of %d tested, now %s", p.done, p.total, shortened(secret.PrintableLine(p.now), 40))
			p.shown = true
		}
		p.mu.Unlock()
	}
}

// erase takes the line from the screen.
func (p *status) erase() {
	if p.shown {
		_, _ = io.WriteString(p.w, "\r\x1b[K")
		p.shown = false
	}
}

// begin notes that a test begins, end that one has ended.
func (p *status) begin(name string) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.now = name
}

func (p *status) end() {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.done++
}

// Write writes to the terminal in place of the line.
func (p *status) Write(b []byte) (int, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.closed { // a test that was left behind has nothing to say any more
		return len(b), nil
	}
	p.erase()
	return p.w.Write(b)
}

// aside runs what writes to the same terminal by another way.
func (p *status) aside(work func() error) error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	return work()
}

// pause draws no line until resume is called: somebody is asked something.
func (p *status) pause() (resume func()) {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.erase()
	p.paused++
	return func() {
		p.mu.Lock()
		defer p.mu.Unlock()
		p.paused--
	}
}

// close takes the line away for good.
func (p *status) close() {
	p.mu.Lock()
	defer p.mu.Unlock()
	if !p.closed {
		p.closed = true
		p.erase()
		close(p.stop)
	}
}
