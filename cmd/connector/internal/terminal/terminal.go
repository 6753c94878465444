// Package terminal asks a person for lines on a terminal.
//
// A [Terminal] edits the line itself, so that a text of any length can be typed
// or pasted, one of several lines, too; a secret is not shown. A question ends
// with its context, and leaves the terminal as it was:
//
//	t := &terminal.Terminal{In: os.Stdin, Out: os.Stderr, Raw: raw, Columns: columns}
//	name, err := t.Ask(ctx, "Name: ", false)
package terminal

import (
	"bytes"
	"context"
	"io"
	"sync"
)

// A Terminal is one with a person at it. It is safe for use by many at once;
// one question is asked after the other.
type Terminal struct {
	In  io.Reader
	Out io.Writer
	// Raw turns off what the terminal does with the keys by itself.
	Raw func() (restore func(), err error)
	// Columns returns how wide the terminal is; 0 if nobody knows.
	Columns func() int
	// Plain tells that the terminal knows no escape sequences.
	Plain bool
	// Interrupt is called when the person types Ctrl-C at a question; the
	// question then ends with context.Canceled.
	Interrupt func()

	asking sync.Mutex // held while a question is asked
	got    chan chunk // what was read
	reads  bool       // somebody reads for got
	ahead  []byte     // was typed ahead
	hidden bool       // behind a secret, of which it may be a part
	broke  bool       // the last question ended with a carriage return

	mu     sync.Mutex // guards what follows, and Out
	editor *editor    // of the question that is asked
}

// A chunk is what one read gave.
type chunk struct {
	data []byte
	err  error
}

// Ask writes a prompt and returns the line that is typed, without showing it if
// it is a secret. A text that was pasted may have several lines. The error is
// io.EOF if the person ends the input, and that of the context if it ends.
func (t *Terminal) Ask(ctx context.Context, prompt string, secret bool) (string, error) {
	t.asking.Lock()
	defer t.asking.Unlock()
	if err := ctx.Err(); err != nil {
		return "", err
	}
	if t.hidden && !secret {
		t.ahead = nil
	}
	restore, err := t.Raw()
	if err != nil {
		return "", err
	}
	e := &editor{out: t.Out, prompt: prompt, secret: secret, plain: t.Plain, columns: t.Columns}
	t.mu.Lock()
	t.editor = e
	e.begin()
	t.mu.Unlock()
	defer func() {
		t.mu.Lock()
		defer t.mu.Unlock()
		e.end()
		t.editor = nil
		restore()
	}()
	return t.edit(ctx, e, secret)
}

// edit feeds the editor until the line is complete.
func (t *Terminal) edit(ctx context.Context, e *editor, secret bool) (string, error) {
	for {
		data, err := t.read(ctx)
		if err != nil {
			return "", err
		}
		if t.broke && len(data) > 0 && data[0] == '\n' { // of a line that was pasted
			data = data[1:]
		}
		t.broke = false
		t.mu.Lock()
		verdict, rest := e.feed(data)
		t.mu.Unlock()
		switch verdict {
		case goesOn:
			continue
		case interrupted:
			if t.Interrupt != nil {
				t.Interrupt()
			}
			return "", context.Canceled
		case ended:
			return "", io.EOF
		}
		t.broke = data[len(data)-len(rest)-1] == '\r'
		t.ahead, t.hidden = rest, secret
		return string(e.text), nil
	}
}

// read returns what was typed. A read that a context ends goes on for whoever
// asks next.
func (t *Terminal) read(ctx context.Context) ([]byte, error) {
	if len(t.ahead) > 0 {
		data := t.ahead
		t.ahead = nil
		return data, nil
	}
	if t.got == nil {
		t.got = make(chan chunk, 1)
	}
	if !t.reads {
		t.reads = true
		go func() {
			buffer := make([]byte, 4096)
			n, err := t.In.Read(buffer)
			t.got <- chunk{buffer[:n], err}
		}()
	}
	select {
	case c := <-t.got:
		t.reads = false
		if len(c.data) > 0 {
			return c.data, nil
		}
		return nil, c.err
	case <-ctx.Done():
		return nil, ctx.Err()
	}
}

// Writer returns a writer to the terminal for everybody else: what is written
// while a question stands there is put above it.
func (t *Terminal) Writer(w io.Writer) io.Writer { return above{t, w} }

type above struct {
	t *Terminal
	w io.Writer
}

func (a above) Write(p []byte) (int, error) {
	a.t.mu.Lock()
	defer a.t.mu.Unlock()
	e := a.t.editor
	if e == nil || len(p) == 0 {
		return a.w.Write(p)
	}
	e.erase()
	text := bytes.ReplaceAll(bytes.ReplaceAll(p, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	if !bytes.HasSuffix(text, []byte("\n")) {
		text = append(bytes.Clone(text), "\r\n"...)
	}
	_, err := a.w.Write(text)
	e.draw()
	return len(p), err
}
