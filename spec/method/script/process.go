package script

import (
	"context"
	"errors"
	"fmt"
	"io"
	"os/exec"
	"strings"
	"sync"
	"time"
)

// A Process runs scripts in a child process, which calls [Serve]. The child has
// no environment, and gets of the world what the arguments of a call say; its
// requests are sent by the host, in this process. Whatever a script does, it
// ends with its time, and this process stays as it is.
//
// A child that has ended a call by itself is kept for the next one, which has
// a VM of its own in it. So a Process is for the calls of one connector: make
// one for a run, and close it. Calls at the same time have a child each.
type Process struct {
	command []string
	mu      sync.Mutex
	idle    *child
	closed  bool
}

// NewProcess returns an engine whose children are started by a command.
func NewProcess(command ...string) *Process { return &Process{command: command} }

// grace is what a child has, after the time of a call, to end it by itself.
const grace = 300 * time.Millisecond

// Run implements [Engine].
func (p *Process) Run(ctx context.Context, program *Program, c Call) (Result, error) {
	seed, err := c.seed()
	if err != nil {
		return Result{}, err
	}
	callCtx, cancel := c.withTimeout(ctx)
	defer cancel()
	worker, err := p.take()
	if err != nil {
		return Result{}, fmt.Errorf("start the process for scripts: %w", err)
	}
	b := &hostBridge{host: c.Host}
	o, err := worker.run(callCtx, program.job(c, seed), b)
	if err != nil || o.Failure != nil && o.Failure.Ended {
		worker.kill()
	} else {
		p.keep(worker)
	}
	if o.Failure != nil && o.Failure.Late {
		<-callCtx.Done() // at any moment
	}
	var late *timeoutError
	switch {
	case ctx.Err() != nil:
		return Result{}, ctx.Err()
	case errors.As(context.Cause(callCtx), &late):
		return Result{}, &Error{Message: late.Error()}
	case err != nil:
		return Result{}, &Error{Message: worker.obituary(err)}
	}
	return program.result(ctx, o, b)
}

// Close ends the child that is kept.
func (p *Process) Close() error {
	p.mu.Lock()
	defer p.mu.Unlock()
	p.closed = true
	if p.idle != nil {
		p.idle.kill()
		p.idle = nil
	}
	return nil
}

// take returns the child that is kept, or a new one.
func (p *Process) take() (*child, error) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if c := p.idle; c != nil {
		p.idle = nil
		return c, nil
	}
	return startChild(p.command)
}

// keep keeps a child for the next call.
func (p *Process) keep(c *child) {
	p.mu.Lock()
	defer p.mu.Unlock()
	if p.idle != nil || p.closed {
		c.kill()
		return
	}
	p.idle = c
}

// A child is a process that runs one job at a time.
type child struct {
	code   []byte // of the runtime, until the child has it
	cmd    *exec.Cmd
	stdin  io.Closer
	stdout io.Closer
	pipe   *pipe
	stderr *tail
	once   sync.Once
}

func startChild(command []string) (*child, error) {
	if len(command) == 0 {
		return nil, errors.New("no command is known")
	}
	code, err := runtimeCode()
	if err != nil {
		return nil, err
	}
	c := &child{code: code, cmd: exec.Command(command[0], command[1:]...), stderr: &tail{}}
	c.cmd.Env = []string{} // nil would be all of ours
	c.cmd.Stderr = c.stderr
	c.cmd.WaitDelay = time.Second
	in, err := c.cmd.StdinPipe()
	if err != nil {
		return nil, err
	}
	out, err := c.cmd.StdoutPipe()
	if err != nil {
		return nil, err
	}
	c.stdin, c.stdout, c.pipe = in, out, newPipe(out, in)
	return c, c.cmd.Start()
}

// kill ends the process, and returns when it has ended.
func (c *child) kill() {
	c.once.Do(func() {
		_ = c.cmd.Process.Kill()
		_ = c.stdin.Close()
		_ = c.cmd.Wait()
	})
}

// run gives the child a job and serves it until it has ended.
func (c *child) run(ctx context.Context, j job, b *hostBridge) (outcome, error) {
	left := DefaultTimeout
	if d, ok := ctx.Deadline(); ok {
		left = time.Until(d)
	}
	stop := context.AfterFunc(ctx, func() {
		if errors.As(context.Cause(ctx), new(*timeoutError)) {
			time.Sleep(grace) // it knows its time
		}
		_ = c.cmd.Process.Kill()
		// What the child has started may hold the other ends of these.
		_ = c.stdin.Close()
		_ = c.stdout.Close()
	})
	// A kill that has begun has to end before the child is kept: with an error
	// it never is.
	defer stop()
	if err := c.pipe.write(message{Job: &wiredJob{j, max(left.Milliseconds(), 1), c.code}}); err != nil {
		return outcome{}, err
	}
	c.code = nil
	for {
		m, err := c.pipe.read()
		if err != nil {
			return outcome{}, err
		}
		switch {
		case m.Outcome != nil:
			if !stop() {
				return outcome{}, context.Cause(ctx)
			}
			return *m.Outcome, nil
		case m.Log != nil:
			b.log(m.Log.Level, m.Log.Line)
		case m.Request != nil:
			answer, err := b.request(ctx, string(m.Request))
			err = c.pipe.write(reply([]byte(answer), err))
			if err != nil {
				return outcome{}, err
			}
		case m.Wait != nil:
			err := b.wait(ctx, time.Duration(m.Wait.Time)*time.Millisecond)
			if err := c.pipe.write(reply(nil, err)); err != nil {
				return outcome{}, err
			}
		}
	}
}

// reply returns the message that answers a request or a wait.
func reply(answer []byte, err error) message {
	if err != nil {
		return message{Go: &wiredEnd{err.Error()}}
	}
	if answer == nil {
		return message{Go: &wiredEnd{}}
	}
	return message{Answer: answer}
}

// obituary says why a child ended before its job.
func (c *child) obituary(err error) string {
	c.kill()
	last := c.stderr.String()
	switch {
	case c.cmd.ProcessState != nil && c.cmd.ProcessState.ExitCode() == exitMemory, strings.Contains(last, "out of memory"), strings.Contains(last, "stack exceeds"):
		return fmt.Sprintf("the script needs more memory than the %d MiB that its process may have", maxProcess>>20)
	case errors.Is(err, errMessage):
		return "the script's process sent what cannot be read"
	}
	return fmt.Sprintf("the script's process ended by itself: %v", c.cmd.ProcessState)
}

// A tail keeps the beginning of what a process says about its end.
type tail struct {
	mu   sync.Mutex
	text strings.Builder
}

// Write implements io.Writer.
func (t *tail) Write(b []byte) (int, error) {
	t.mu.Lock()
	defer t.mu.Unlock()
	if room := 4096 - t.text.Len(); room > 0 {
		t.text.Write(b[:min(len(b), room)])
	}
	return len(b), nil
}

// String returns what was kept.
func (t *tail) String() string {
	t.mu.Lock()
	defer t.mu.Unlock()
	return t.text.String()
}
