package script

import (
	"context"
	"encoding/json"
	"errors"
	"io"
	"os"
	"runtime/debug"
	"runtime/metrics"
	"strconv"
	"strings"
	"time"
)

// How a worker that cannot go on ends.
const (
	exitMemory = 97 // it has more memory than it may have
	exitPipe   = 98 // what it was told makes no sense
)

// Serve is the other side of a [Process]: it runs the jobs that it reads until
// there are no more. It watches its own memory, and calls exit when there is
// too much of it, or when the pipe breaks, whatever a script is doing then;
// exit ends the program.
func Serve(in io.Reader, out io.Writer, exit func(code int)) {
	debug.SetMemoryLimit(maxProcess / 2)
	p := newPipe(in, out)
	jobs, answers := make(chan *wiredJob), make(chan message, 1)
	go func() {
		defer close(jobs)
		for {
			m, err := p.read()
			switch {
			case err == io.EOF: // nobody is left to tell
				exit(0)
				return
			case err != nil:
				exit(exitPipe)
				return
			case m.Job != nil:
				jobs <- m.Job
			default:
				answers <- m
			}
		}
	}()
	var code []byte
	for j := range jobs {
		if len(j.Runtime) > 0 {
			code = j.Runtime
		} else if code == nil {
			code, _ = runtimeCode()
		}
		ctx, cancel := context.WithTimeoutCause(context.Background(), time.Duration(j.Time)*time.Millisecond, errWorkerTime)
		done := make(chan struct{})
		go watchMemory(done, exit)
		o := runJob(ctx, code, j.job, &pipeBridge{p, answers})
		close(done)
		cancel()
		if p.write(message{Outcome: &o}) != nil {
			exit(exitPipe)
			return
		}
	}
}

// errWorkerTime ends a job in a worker; its process says how long it took.
var errWorkerTime = errors.New("the script takes too long")

// A pipeBridge is a bridge to a host in another process.
type pipeBridge struct {
	pipe    *pipe
	answers <-chan message
}

// ask sends a message and waits for what is said to it.
func (b *pipeBridge) ask(ctx context.Context, m message) (message, error) {
	if err := b.pipe.write(m); err != nil {
		return m, err
	}
	select {
	case m = <-b.answers:
	case <-ctx.Done():
		return m, context.Cause(ctx)
	}
	if m.Go != nil && m.Go.Error != "" {
		return m, errors.New(m.Go.Error)
	}
	return m, nil
}

func (b *pipeBridge) request(ctx context.Context, text string) (string, error) {
	m, err := b.ask(ctx, message{Request: json.RawMessage(text)})
	return string(m.Answer), err
}

func (b *pipeBridge) log(level, line string) {
	_ = b.pipe.write(message{Log: &wiredLog{level, line}})
}

func (b *pipeBridge) wait(ctx context.Context, d time.Duration) error {
	_, err := b.ask(ctx, message{Wait: &wiredWait{d.Milliseconds()}})
	return err
}

// watchMemory ends the program when it has too much memory during a job: what
// Go counts, and where the system tells it, all that is resident.
func watchMemory(done <-chan struct{}, exit func(code int)) {
	sample := []metrics.Sample{{Name: "/memory/classes/total:bytes"}, {Name: "/memory/classes/heap/released:bytes"}}
	ticker := time.NewTicker(2 * time.Millisecond)
	defer ticker.Stop()
	for {
		select {
		case <-ticker.C:
		case <-done:
			return
		}
		metrics.Read(sample)
		used := sample[0].Value.Uint64() - sample[1].Value.Uint64()
		if max(used, resident()) > maxProcess {
			exit(exitMemory)
			return
		}
	}
}

// resident returns the bytes of memory that the process has; 0 where the
// system does not say.
func resident() uint64 {
	data, err := os.ReadFile("/proc/self/statm")
	if err != nil {
		return 0
	}
	fields := strings.Fields(string(data))
	if len(fields) < 2 {
		return 0
	}
	pages, _ := strconv.ParseUint(fields[1], 10, 64)
	return pages * uint64(os.Getpagesize())
}
