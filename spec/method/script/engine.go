package script

import (
	"context"
	"encoding/json"
	"fmt"
	"io"
	"time"
)

// An Engine calls the functions that programs export. It may be used by many
// goroutines at once. Every call has globals of its own: nothing that a script
// leaves behind is seen by the next call.
//
// What goes wrong in a script is an [*Error]. The end of the context that Run
// was given is that context's error.
type Engine interface {
	Run(ctx context.Context, p *Program, c Call) (Result, error)
}

// A Call is one call of the function that a script exports for a method.
type Call struct {
	Method string
	// Arguments is the object that the function is called with, as JSON.
	Arguments json.RawMessage
	// Client adds the API client to the arguments, by its two names.
	Client bool
	// Timeout bounds the call as a whole; 0 is DefaultTimeout.
	Timeout time.Duration
	Host    Host
}

// A Result is what a function gave, as JSON; nil for undefined.
type Result struct{ Value json.RawMessage }

// A Host is all that a script reaches of the world. It is not called by two
// goroutines at once. A function that is nil is not there for the script.
type Host struct {
	// Request sends a request; it decides where requests may go. The answer
	// to a request that is not Raw may come with an error beside it: then the
	// error is thrown, and has the answer.
	Request func(ctx context.Context, r *Request) (*Response, error)
	// Log takes a line that the script logs. Level is debug, info, warn or
	// error.
	Log func(level, line string)
	// Now is asked once: time stands still in a script and advances with its
	// timers. Rand seeds what is random in it.
	Now  func() time.Time
	Rand io.Reader
	// Wait waits for a timer; nil really waits. A replay need not.
	Wait func(ctx context.Context, d time.Duration) error
}

// A Request is one that a script wants to be sent. Headers, Query, Data and
// Auth are JSON, nil if they are missing.
type Request struct {
	// Client asks for the connection's API client. Others go to absolute URLs
	// and carry nothing but what the script says.
	Client bool `json:"client,omitempty"`
	// Raw wants the answer whatever its status is; without it one that is no
	// success is an error.
	Raw bool `json:"raw,omitempty"`
	// Binary wants the body of the answer as it is, and not decoded.
	Binary bool `json:"binary,omitempty"`

	Method string `json:"method"`
	URL    string `json:"url"`
	// Base is what a relative URL is relative to, instead of the client's.
	Base string `json:"base,omitempty"`
	// Headers is a list of pairs, Query and Auth are objects.
	Headers json.RawMessage `json:"headers,omitempty"`
	Query   json.RawMessage `json:"query,omitempty"`
	Auth    json.RawMessage `json:"auth,omitempty"`
	// Data is a value that is encoded as the content type says. Text and Bytes
	// are bodies as they are. At most one of them is there.
	Data  json.RawMessage `json:"data,omitempty"`
	Text  *string         `json:"text,omitempty"`
	Bytes []byte          `json:"bytes,omitempty"`
}

// A Response is the answer to a request.
type Response struct {
	Status     int         `json:"status,omitempty"`
	StatusText string      `json:"statusText,omitempty"`
	URL        string      `json:"url,omitempty"`
	Headers    [][2]string `json:"headers,omitempty"` // names in lower case
	// Data is the decoded body as JSON, Bytes the body of an answer that is
	// wanted as it is.
	Data  json.RawMessage `json:"data,omitempty"`
	Bytes []byte          `json:"bytes,omitempty"`
}

// A KeyedError is an error of a host's request that scripts know by a key,
// such as access_token_expired.
type KeyedError struct {
	Key string
	Err error
}

func (e *KeyedError) Error() string { return e.Err.Error() }

// Unwrap returns the error without its key.
func (e *KeyedError) Unwrap() error { return e.Err }

// The bounds of a call. What exceeds them ends it with an [*Error], but for a
// log, which is cut.
const (
	DefaultTimeout = 30 * time.Second
	maxMemory      = 64 << 20 // of JavaScript's heap
	maxRequests    = 100
	maxRequest     = 8 << 20  // bytes of one request as JSON
	maxAnswer      = 16 << 20 // bytes of the answer to one as JSON
	maxResult      = 4 << 20  // characters of a result as JSON
	maxLogLines    = 1000
	maxLog         = 256 << 10 // bytes
	// maxProcess is what a process of a script may have of memory, all told.
	maxProcess = 160 << 20
)

// An Error is what a script threw, or why it could not go on.
type Error struct {
	Message string
	// Hint says what to do, if that is known.
	Hint string
	// Key is the key of the error that was thrown, such as
	// access_token_expired; "" if it has none.
	Key string
	// File, Line and Column are the place in the author's source, counted from
	// 1, columns in characters. File is "" for a script that stands in the
	// spec, Line is 0 if there is no place.
	File         string
	Line, Column int
	// Stack lists the places that led there, the innermost first.
	Stack []Frame
	// Err is the error of the host that the script did not handle; nil if
	// there is none.
	Err error
}

// A Frame is one function that was being called.
type Frame struct {
	Function     string
	File         string
	Line, Column int
}

// Error says what went wrong and, for a file, where.
func (e *Error) Error() string {
	if e.Line == 0 {
		return e.Message
	}
	if e.File == "" {
		return fmt.Sprintf("%s (line %d of the script)", e.Message, e.Line)
	}
	return fmt.Sprintf("%s (%s:%d:%d)", e.Message, e.File, e.Line, e.Column)
}

// Unwrap returns the error of the host.
func (e *Error) Unwrap() error { return e.Err }
