// Command worker runs scripts for the tests of package script. It
// notes in the file that its argument names how much memory it has had, and
// refuses to work where there is an environment.
package main

import (
	"os"
	"strings"
	"time"

	"github.com/connector-spec/connector/spec/method/script"
)

func main() {
	for _, variable := range os.Environ() {
		if !strings.HasPrefix(variable, "SYSTEMROOT=") { // without it Windows starts nothing
			os.Exit(3)
		}
	}
	if len(os.Args) > 1 {
		go note(os.Args[1])
	}
	script.Serve(os.Stdin, os.Stdout, os.Exit)
}

// note writes the line of the greatest resident size again and again.
func note(file string) {
	f, err := os.Create(file)
	if err != nil {
		return
	}
	for range time.Tick(5 * time.Millisecond) {
		data, _ := os.ReadFile("/proc/self/status")
		for line := range strings.Lines(string(data)) {
			if strings.HasPrefix(line, "VmHWM:") {
				_, _ = f.WriteAt([]byte(line), 0)
			}
		}
	}
}
