package cli

import (
	"fmt"
	"os"

	"github.com/connector-spec/connector/spec/method/script"
)

// workerCommand makes the program run scripts for the process that started it,
// which holds the other ends of its standard streams. It is for nobody else,
// and so it is in no help.
const workerCommand = "__worker"

// isWorker tells whether the program was started to run scripts.
func isWorker(args []string) bool { return len(args) == 1 && args[0] == workerCommand }

// runWorker runs scripts until the streams end. It is called before anything
// else is set up: a script waits for it, and its output is no text. Exit ends
// the program whatever it does.
func runWorker(env *Env, exit func(code int)) int {
	script.Serve(env.Stdin, env.Stdout, exit)
	return exitOK
}

// scriptEngine returns the engine that runs scripts in a child process of the
// program. No process is started before a script is.
func scriptEngine() (script.Engine, func(), error) {
	program, err := os.Executable()
	if err != nil {
		return nil, nil, fmt.Errorf("find the program, to run scripts in a process of their own: %w", err)
	}
	p := script.NewProcess(program, workerCommand)
	return p, func() { _ = p.Close() }, nil
}
