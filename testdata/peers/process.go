package peers

import (
	"bytes"
	"errors"
	"net"
	"os/exec"
	"regexp"
	"slices"
	"sync"
	"testing"
	"time"
)

// patience is how long a server may take to start.
const patience = 30 * time.Second

// A process is a server that runs until its test ends.
type process struct {
	output output
	ended  chan struct{}
}

func start(t testing.TB, name string, cmd *exec.Cmd) *process {
	t.Helper()
	p := &process{ended: make(chan struct{})}
	cmd.Stdout, cmd.Stderr, cmd.SysProcAttr = &p.output, &p.output, endWithUs()
	cmd.WaitDelay = time.Second
	if err := cmd.Start(); err != nil {
		t.Fatalf("start %s: %v", name, err)
	}
	go func() {
		_ = cmd.Wait()
		close(p.ended)
	}()
	t.Cleanup(func() {
		_ = cmd.Process.Kill()
		<-p.ended
		if t.Failed() {
			t.Logf("%s said:\n%s", name, p.output.bytes())
		}
	})
	return p
}

// await waits for a server to listen.
func (p *process) await(listens func() bool) error {
	deadline := time.After(patience)
	for !listens() {
		select {
		case <-p.ended:
			return errors.New("it ended at once")
		case <-deadline:
			return errors.New("it does not listen after " + patience.String())
		case <-time.After(10 * time.Millisecond):
		}
	}
	return nil
}

var addressLine = regexp.MustCompile(`(?m)^(http://127\.0\.0\.1:\d+)\n`)

// announced starts a server that takes any port and prints its address.
func announced(t testing.TB, name string, cmd *exec.Cmd) string {
	t.Helper()
	p := start(t, name, cmd)
	if err := p.await(func() bool { return addressLine.Match(p.output.bytes()) }); err != nil {
		t.Fatalf("start %s: %v", name, err)
	}
	return string(addressLine.FindSubmatch(p.output.bytes())[1])
}

// reached starts a server that has to be told where to listen, at n addresses,
// which it returns. What is free may be taken before the server does, so it
// tries again.
func reached(t testing.TB, name string, n int, command func(addresses []string) *exec.Cmd) []string {
	t.Helper()
	var err error
	for range 3 {
		addresses := freeAddresses(t, n)
		p := start(t, name, command(addresses))
		err = p.await(func() bool { return !slices.ContainsFunc(addresses, refuses) })
		if err == nil {
			return addresses
		}
	}
	t.Fatalf("start %s: %v", name, err)
	return nil
}

func freeAddresses(t testing.TB, n int) []string {
	t.Helper()
	var addresses []string
	for range n {
		listener, err := net.Listen("tcp", "127.0.0.1:0")
		if err != nil {
			t.Fatal(err)
		}
		defer func() { _ = listener.Close() }()
		addresses = append(addresses, listener.Addr().String())
	}
	return addresses
}

func refuses(address string) bool {
	c, err := net.DialTimeout("tcp", address, time.Second)
	if err != nil {
		return true
	}
	_ = c.Close()
	return false
}

// An output is the last that a process said.
type output struct {
	mu   sync.Mutex
	data []byte
}

func (o *output) Write(data []byte) (int, error) {
	const limit = 64 << 10
	o.mu.Lock()
	defer o.mu.Unlock()
	o.data = append(o.data, data...)
	o.data = o.data[max(0, len(o.data)-limit):]
	return len(data), nil
}

func (o *output) bytes() []byte {
	o.mu.Lock()
	defer o.mu.Unlock()
	return bytes.Clone(o.data)
}
