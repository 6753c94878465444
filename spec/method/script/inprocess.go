package script

import (
	"cmp"
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
	"time"
)

// InProcess runs scripts in this process. Time and memory are bounded but for
// single built-in functions of JavaScript, such as a join of a giant list,
// which may take some seconds longer: a [Process] ends those, too.
type InProcess struct{}

// Run implements [Engine].
func (InProcess) Run(ctx context.Context, p *Program, c Call) (Result, error) {
	seed, err := c.seed()
	if err != nil {
		return Result{}, err
	}
	code, err := runtimeCode()
	if err != nil {
		return Result{}, err
	}
	callCtx, cancel := c.withTimeout(ctx)
	defer cancel()
	b := &hostBridge{host: c.Host}
	o := runJob(callCtx, code, p.job(c, seed), b)
	return p.result(ctx, o, b)
}

// seed takes the seed of what is random in a call.
func (c *Call) seed() ([]byte, error) {
	seed := make([]byte, 32)
	if c.Host.Rand == nil {
		return seed, nil
	}
	if _, err := io.ReadFull(c.Host.Rand, seed); err != nil {
		return nil, fmt.Errorf("randomness: %w", err)
	}
	return seed, nil
}

// result returns the outcome of a job in the words of the author's source.
func (p *Program) result(ctx context.Context, o outcome, b *hostBridge) (Result, error) {
	f := o.Failure
	if f == nil {
		return Result{o.Value}, nil
	}
	if ctx.Err() != nil { // the caller's
		return Result{}, ctx.Err()
	}
	e := &Error{Message: f.Message, Key: f.Key, Stack: p.frames(f.Stack)}
	if e.Message == "" {
		e.Message = "the script threw an error that says nothing"
	}
	if f.Name != "" && !f.Ended && isEngineError(f.Name) {
		e.Message = f.Name + ": " + e.Message
	}
	if len(e.Stack) > 0 {
		e.File, e.Line, e.Column = e.Stack[0].File, e.Stack[0].Line, e.Stack[0].Column
	}
	if f.Host != nil && *f.Host >= 0 && *f.Host < len(b.errors) {
		e.Err = b.errors[*f.Host]
		if whole := e.Err.Error(); strings.HasPrefix(whole, e.Message) { // it was cut
			e.Message = whole
		}
	}
	return Result{}, e
}

// isEngineError tells whether errors of that name say more with it: those of
// the language that a mistake of the script makes.
func isEngineError(name string) bool {
	return name == "TypeError" || name == "ReferenceError" || name == "SyntaxError"
}

// A hostBridge is a bridge to a host in this process.
type hostBridge struct {
	host     Host
	requests int
	lines    int     // of the log
	errors   []error // that were given to the script
}

// An answer is what a script is told of its request.
type answer struct {
	Response
	Error *answerError `json:"error,omitempty"`
}

type answerError struct {
	Message string `json:"message"`
	Key     string `json:"key,omitempty"`
	Index   int    `json:"index"`
}

func (b *hostBridge) request(ctx context.Context, text string) (string, error) {
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	if b.requests++; b.requests > maxRequests {
		return "", fmt.Errorf("the script sends more than the %d requests that it may send", maxRequests)
	}
	var r Request
	if err := json.Unmarshal([]byte(text), &r); err != nil {
		return "", errors.New("the request of the script cannot be read")
	}
	response, err := (*Response)(nil), errors.New("requests cannot be sent here")
	if b.host.Request != nil {
		response, err = b.host.Request(ctx, &r)
	}
	if ctx.Err() != nil {
		return "", context.Cause(ctx)
	}
	var a answer
	if response != nil {
		a.Response = *response
	}
	if a.size() > maxAnswer { // it need not be written to know that
		a.Response, err = Response{}, cmp.Or(err, errAnswer)
	}
	text, fails := b.tell(a, err)
	if fails == nil && len(text) > maxAnswer {
		return b.tell(answer{}, cmp.Or(err, errAnswer))
	}
	return text, fails
}

// errAnswer is what a script gets instead of an answer that is too large.
var errAnswer = fmt.Errorf("the answer is larger than %d MiB as JSON, which is what a script may have", maxAnswer>>20)

// size returns how many bytes of text an answer has at least.
func (a *answer) size() int { return len(a.Data) + len(a.Bytes) }

// tell writes an answer, and an error beside it, as JSON.
func (b *hostBridge) tell(a answer, err error) (string, error) {
	if err != nil {
		a.Error = &answerError{Message: err.Error(), Index: len(b.errors)}
		var keyed *KeyedError
		if errors.As(err, &keyed) {
			a.Error.Key = keyed.Key
		}
		b.errors = append(b.errors, err)
	}
	var text strings.Builder
	e := json.NewEncoder(&text)
	e.SetEscapeHTML(false)
	if err := e.Encode(a); err != nil {
		return "", fmt.Errorf("the answer for the script: %w", err)
	}
	return text.String(), nil
}

// log passes a line on. A machine keeps to the bounds by itself; these are for
// one in another process, which nobody should have to believe.
func (b *hostBridge) log(level, line string) {
	if b.lines++; b.host.Log == nil || b.lines > maxLogLines+1 || len(line) > maxLog {
		return
	}
	b.host.Log(level, line)
}

func (b *hostBridge) wait(ctx context.Context, d time.Duration) error {
	if b.host.Wait != nil {
		return b.host.Wait(ctx, d)
	}
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
