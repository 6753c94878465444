// Package method is what the implementation types of methods are: how each is
// checked and how it runs. One table of kinds holds them.
//
//	compiled, diagnostics := method.Compile(option)
//	result, err := compiled.Run(ctx, "test", call)
package method
