package cli

import (
	"bufio"
	"io"
	"strings"
	"testing"
)

// TestWorker talks to the worker as its parent does.
func TestWorker(t *testing.T) {
	t.Parallel()
	in, toWorker := io.Pipe()
	fromWorker, out := io.Pipe()
	ended := make(chan int, 1)
	go runWorker(&Env{Stdin: in, Stdout: out}, func(code int) { ended <- code })
	_, err := io.WriteString(toWorker, `{"job":{"code":"export default ({ a }) => [a, typeof process]","method":"test","args":{"a":1},"time":10000}}`+"\n")
	if err != nil {
		t.Fatal(err)
	}
	line, err := bufio.NewReader(fromWorker).ReadString('\n')
	if want := `{"outcome":{"value":[1,"undefined"]}}`; err != nil || strings.TrimSpace(line) != want {
		t.Errorf("got %s, %v; want %s", line, err, want)
	}
	if err := toWorker.Close(); err != nil {
		t.Fatal(err)
	}
	if code := <-ended; code != exitOK {
		t.Errorf("the worker ended with %d when its parent was gone", code)
	}
	if !isWorker([]string{"__worker"}) || isWorker([]string{"validate", "__worker"}) || isWorker(nil) {
		t.Error("the command line of a worker is not known")
	}
	_, end, err := scriptEngine()
	if err != nil {
		t.Fatal(err)
	}
	end()
}
