package script

import (
	"bufio"
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"sync"
)

// A message is one line between a process and its worker, as JSON. Exactly one
// field is there.
type message struct {
	// from the process
	Job    *wiredJob       `json:"job,omitempty"`
	Answer json.RawMessage `json:"answer,omitempty"` // to a request
	Go     *wiredEnd       `json:"go,omitempty"`     // to a wait, or instead of an answer

	// from the worker
	Request json.RawMessage `json:"request,omitempty"`
	Log     *wiredLog       `json:"log,omitempty"`
	Wait    *wiredWait      `json:"wait,omitempty"`
	Outcome *outcome        `json:"outcome,omitempty"`
}

// A wiredJob is a job and how many milliseconds it may take. The first one
// brings the compiled runtime along: to compile it takes longer than all else.
type wiredJob struct {
	job
	Time    int64  `json:"time"`
	Runtime []byte `json:"runtime,omitempty"`
}

// A wiredEnd tells that a wait is over; with an error the script has to stop.
type wiredEnd struct {
	Error string `json:"error,omitempty"`
}

type wiredLog struct {
	Level string `json:"level"`
	Line  string `json:"line"`
}

// A wiredWait asks for a wait of so many milliseconds.
type wiredWait struct {
	Time int64 `json:"time"`
}

// maxMessage bounds a line of either side: the answer to a request is the
// longest.
const maxMessage = 32 << 20

var errMessage = errors.New("a message is too long or cannot be read")

// A pipe carries messages. Only one goroutine reads, any may write.
type pipe struct {
	r *bufio.Reader
	w io.Writer

	mu sync.Mutex
}

func newPipe(r io.Reader, w io.Writer) *pipe { return &pipe{r: bufio.NewReaderSize(r, 64<<10), w: w} }

func (p *pipe) write(m message) error {
	var line bytes.Buffer
	e := json.NewEncoder(&line) // ends it with a line break
	e.SetEscapeHTML(false)
	if err := e.Encode(m); err != nil {
		return err
	}
	p.mu.Lock()
	defer p.mu.Unlock()
	_, err := p.w.Write(line.Bytes())
	return err
}

// read reads the next message; io.EOF tells that there are no more.
func (p *pipe) read() (message, error) {
	var line []byte
	for {
		part, err := p.r.ReadSlice('\n')
		line = append(line, part...)
		if len(line) > maxMessage {
			return message{}, errMessage
		}
		if err == bufio.ErrBufferFull {
			continue
		}
		if err != nil {
			return message{}, err
		}
		break
	}
	var m message
	if err := json.Unmarshal(line, &m); err != nil {
		return message{}, fmt.Errorf("%w: %w", errMessage, err)
	}
	return m, nil
}
