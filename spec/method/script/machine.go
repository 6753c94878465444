package script

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"modernc.org/quickjs"
)

// A job is a call as the machine that runs it needs it.
type job struct {
	Code      string          `json:"code"`
	Method    string          `json:"method"`
	Arguments json.RawMessage `json:"args"`
	Client    bool            `json:"client,omitempty"`
	Now       int64           `json:"now"`  // milliseconds since 1970
	Seed      []byte          `json:"seed"` // of what is random
}

// An outcome is how a job ended.
type outcome struct {
	Value   json.RawMessage `json:"value,omitempty"` // undefined without one
	Failure *failure        `json:"failure,omitempty"`
}

// A failure is what a script threw, or why it could not go on, in the words of
// the machine: its places are those of the program.
type failure struct {
	Name    string `json:"name,omitempty"`
	Message string `json:"message"`
	Stack   string `json:"stack,omitempty"`
	Key     string `json:"key,omitempty"`
	Host    *int   `json:"host,omitempty"` // the number of the host's error
	// Ended tells that the machine stopped the script.
	Ended bool `json:"ended,omitempty"`
	// Late tells that it did so because the time of its worker was over.
	Late bool `json:"late,omitempty"`
}

// A bridge leads from a machine to its host.
type bridge interface {
	// request sends a request that is given as JSON and gives the answer as
	// JSON. An error ends the script.
	request(ctx context.Context, text string) (string, error)
	log(level, line string)
	wait(ctx context.Context, d time.Duration) error
}

// A timeoutError is the cause of the end of a call's context when the call took
// too long.
type timeoutError struct{ after time.Duration }

func (e *timeoutError) Error() string {
	return fmt.Sprintf("the script did not end within %v", e.after)
}

// programName is the name of the program in stacks.
const programName = "script"

// A machine runs one job in a VM of its own.
type machine struct {
	ctx     context.Context
	vm      *quickjs.VM
	bridge  bridge
	control quickjs.Value
	natives *natives
	ended   error // why the script was stopped by its host
	lines   int   // that were logged
	logged  int   // bytes
}

// runJob runs a job with the runtime's code. It returns when the script has
// ended, or when the context has and the engine has noticed.
func runJob(ctx context.Context, code []byte, j job, b bridge) (o outcome) {
	m := &machine{ctx: ctx, bridge: b}
	defer func() {
		if r := recover(); r != nil { // a fault of the engine: no reason to fall
			o = outcome{Failure: &failure{Message: "the script cannot be run", Ended: true}}
		}
	}()
	if err := m.open(code, j); err != nil {
		return outcome{Failure: m.failed(err)}
	}
	defer m.vm.Close()
	defer m.control.Free()
	stop := context.AfterFunc(ctx, m.vm.Interrupt)
	defer stop()
	value, err := m.run(j)
	if err != nil {
		return outcome{Failure: m.failed(err)}
	}
	return outcome{Value: value}
}

// open makes the VM and loads the runtime.
func (m *machine) open(code []byte, j job) (err error) {
	if m.vm, err = quickjs.NewVM(); err != nil {
		return err
	}
	m.vm.SetMemoryLimit(maxMemory)
	m.vm.SetModuleLoader(func(_ *quickjs.VM, name string) (string, error) {
		if name == programName {
			return j.Code, nil
		}
		return "", fmt.Errorf("there is no module %q", shortName(name))
	}, func(_ *quickjs.VM, _, name string) (string, error) { return name, nil })
	m.natives = newNatives(j.Seed)
	err = m.vm.RegisterHostFunc("connectorHost", m.host)
	if err == nil {
		m.arm()
		m.control, err = m.vm.EvalBytecodeValue(code)
	}
	if stopped := m.check(); stopped != nil {
		err = stopped
	}
	if err != nil {
		m.vm.Close()
	}
	return err
}

// errStopped is what functions of the host give a script that is stopped.
var errStopped = errors.New("the script is stopped")

// host is the one function that the runtime calls.
func (m *machine) host(args []any) (any, error) {
	if m.ctx.Err() != nil || m.ended != nil {
		return nil, errStopped
	}
	what, _ := args[0].(string)
	switch what {
	case "request":
		answer, err := m.bridge.request(m.ctx, textOf(args, 1))
		if err != nil {
			m.stop(err)
			return nil, errStopped
		}
		return answer, nil
	case "log":
		m.log(textOf(args, 1), textOf(args, 2))
		return nil, nil
	}
	return m.natives.call(what, args[1:])
}

// stop ends the script.
func (m *machine) stop(err error) {
	m.ended = err
	m.vm.Interrupt()
}

// log passes a line on, up to the bound.
func (m *machine) log(level, line string) {
	if m.lines > maxLogLines || m.logged > maxLog {
		return
	}
	m.lines++
	if m.logged += len(line); m.lines > maxLogLines || m.logged > maxLog {
		m.bridge.log("warn", "the script logs too much: the rest is left out")
		return
	}
	m.bridge.log(level, line)
}

func textOf(args []any, i int) string {
	if i >= len(args) {
		return ""
	}
	s, _ := args[i].(string)
	return s
}

// arm gives the next call into JavaScript what is left of the time: the engine
// would begin anew.
func (m *machine) arm() {
	left := time.Hour
	if d, ok := m.ctx.Deadline(); ok {
		left = max(time.Until(d), time.Millisecond)
	}
	_ = m.vm.SetEvalTimeout(left)
}

// check returns why the script must not go on; nil if it may.
func (m *machine) check() error {
	if m.ended != nil {
		return m.ended
	}
	if d, ok := m.ctx.Deadline(); ok && m.ctx.Err() == nil && !time.Now().Before(d) {
		<-m.ctx.Done() // at any moment
	}
	if m.ctx.Err() != nil {
		return context.Cause(m.ctx)
	}
	return nil
}

// ask calls the runtime.
func (m *machine) ask(args ...any) (any, error) {
	m.arm()
	v, err := m.control.Call(quickjs.UndefinedValue, args...)
	if stopped := m.check(); stopped != nil {
		return nil, stopped
	}
	return v, err
}

// run loads the program, calls its function and gives the result as JSON.
func (m *machine) run(j job) (json.RawMessage, error) {
	if _, err := m.ask("clock", float64(j.Now)); err != nil {
		return nil, err
	}
	call, err := json.Marshal(struct {
		Method    string          `json:"method"`
		Arguments json.RawMessage `json:"args"`
		Client    bool            `json:"client"`
	}{j.Method, j.Arguments, j.Client})
	if err != nil {
		return nil, fmt.Errorf("the arguments are no JSON: %w", err)
	}
	m.arm()
	loaded, err := m.vm.EvalValue("import * as m from '"+programName+"'; globalThis.connectorExports = m", quickjs.EvalModule)
	if stopped := m.check(); stopped != nil {
		return nil, stopped
	}
	if err != nil {
		return nil, err
	}
	_, err = m.ask("start", loaded, string(call))
	loaded.Free()
	if err == nil {
		err = m.loop()
	}
	if err != nil {
		return nil, err
	}
	return m.result()
}

// loop lets promises and timers go on until the function has ended.
func (m *machine) loop() error {
	for {
		m.arm()
		_, err := m.vm.ExecutePendingJobs()
		if stopped := m.check(); stopped != nil {
			return stopped
		}
		if err != nil && strings.HasPrefix(err.Error(), "quickjs: aborted") {
			continue // there are more of them
		}
		state, err := m.ask("state")
		if err != nil || state != "waiting" {
			return err
		}
		next, err := m.ask("timer")
		if err != nil {
			return err
		}
		ms, ok := next.(int)
		if !ok || ms < 0 {
			return errors.New("the script waits for a promise that nothing will settle")
		}
		if err := m.bridge.wait(m.ctx, time.Duration(ms)*time.Millisecond); err != nil {
			if stopped := m.check(); stopped != nil {
				return stopped
			}
			return err
		}
		if _, err := m.ask("fire"); err != nil {
			return err
		}
	}
}

// A thrownError is what a script threw.
type thrownError struct{ failure }

func (e *thrownError) Error() string { return e.Message }

// result returns what the function gave, or what it threw.
func (m *machine) result() (json.RawMessage, error) {
	state, err := m.ask("state")
	if err != nil {
		return nil, err
	}
	if state == "done" {
		v, err := m.ask("result")
		if err != nil {
			return nil, fmt.Errorf("what the script gives cannot be written as JSON: %w", err)
		}
		if text, ok := v.(string); ok {
			return json.RawMessage(text), nil
		}
		return nil, nil
	}
	v, err := m.ask("failure")
	if err != nil {
		return nil, err
	}
	thrown := &thrownError{}
	text, _ := v.(string)
	if err := json.Unmarshal([]byte(text), &thrown.failure); err != nil {
		return nil, errors.New("the script threw something that cannot be told")
	}
	thrown.Ended, thrown.Late = false, false
	return nil, thrown
}

// failed says an error as the outcome of a job.
func (m *machine) failed(err error) *failure {
	var thrown *thrownError
	if errors.As(err, &thrown) {
		f := thrown.failure
		f.inWords()
		return &f
	}
	var js *quickjs.Error
	if !errors.As(err, &js) {
		return &failure{Message: err.Error(), Ended: true, Late: errors.Is(err, errWorkerTime)}
	}
	f := &failure{Name: js.Name, Message: js.Message, Stack: js.Stack}
	if error(js) != err { // it is told within another one
		f.Message = strings.Replace(err.Error(), js.Error(), js.Message, 1)
		f.Name = ""
	}
	if js.FileName == programName { // it cannot be parsed
		f.Stack = fmt.Sprintf("at %s:%d:%d", programName, js.LineNumber, js.ColumnNumber)
	}
	f.inWords()
	return f
}

// inWords says errors of the engine so that their reader knows what to do.
func (f *failure) inWords() {
	if f.Name != "InternalError" && f.Name != "RangeError" && f.Name != "" {
		return
	}
	switch {
	case strings.HasSuffix(f.Message, "out of memory"):
		f.Message = fmt.Sprintf("the script needs more memory than the %d MiB that it may have", maxMemory>>20)
	case strings.HasSuffix(f.Message, "stack overflow"), f.Message == "Maximum call stack size exceeded":
		f.Message = "the script calls functions too deep within each other: a recursion may have no end"
	}
}
