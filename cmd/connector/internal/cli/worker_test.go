package cli_test

import (
	"bufio"
	"io"
	"os"
	"os/exec"
	"strings"
	"testing"
)

// TestWorker talks to a child that runs scripts as its parent does.
func TestWorker(t *testing.T) {
	t.Parallel()
	self, err := os.Executable()
	if err != nil {
		t.Fatal(err)
	}
	worker := exec.Command(self, "__worker")
	worker.Env = []string{"GORACE=atexit_sleep_ms=1"}
	in, err := worker.StdinPipe()
	if err != nil {
		t.Fatal(err)
	}
	out, err := worker.StdoutPipe()
	if err != nil {
		t.Fatal(err)
	}
	if err := worker.Start(); err != nil {
		t.Fatal(err)
	}
	_, err = io.WriteString(in, `{"job":{"code":"export default ({ a }) => [a, typeof process]","method":"test","args":{"a":1},"time":10000}}`+"\n")
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(out).ReadString('\n')
	if want := `{"outcome":{"value":[1,"undefined"]}}`; err != nil || strings.TrimSpace(line) != want {
		t.Errorf("got %s, %v; want %s", line, err, want)
	}
	if err := in.Close(); err != nil {
		t.Fatal(err)
	}
	if err := worker.Wait(); err != nil {
		t.Errorf("the worker ended with %v when its parent was gone", err)
	}
	// The command line is for the program itself, and with anything beside it
	// it is none.
	if o := (world{}).run("__worker", "more"); o.code != 2 {
		t.Errorf("a wrong command line: %v", o)
	}
}
