package script

import (
	"embed"
	"fmt"
	"strings"
	"sync"

	"modernc.org/quickjs"
)

//go:embed runtime/*.js
var runtimeFiles embed.FS

// runtimeOrder lists the files of the runtime in the order in which they are
// joined: later ones use earlier ones.
var runtimeOrder = []string{"core", "text", "url", "crypto", "console", "errors", "fetch", "client", "axios", "control"}

// runtimeSource returns the source of the runtime: a program whose value is
// the function by which the host drives a call.
func runtimeSource() string {
	var b strings.Builder
	fmt.Fprintf(&b, "(() => {\n'use strict'\nconst maxRequest = %d, maxResult = %d\n", maxRequest, maxResult)
	for _, name := range runtimeOrder {
		data, err := runtimeFiles.ReadFile("runtime/" + name + ".js")
		if err != nil {
			panic(err) // a file that the table names is not embedded
		}
		b.Write(data)
		b.WriteByte('\n')
	}
	b.WriteString("})()")
	return b.String()
}

// runtimeCode is the runtime, compiled once in a process.
var runtimeCode = sync.OnceValues(func() ([]byte, error) {
	vm, err := quickjs.NewVM()
	if err != nil {
		return nil, err
	}
	defer vm.Close()
	return vm.Compile(runtimeSource(), quickjs.EvalGlobal)
})
