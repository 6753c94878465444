// Package script runs one JavaScript or TypeScript method in a sandbox, and says
// what it exports without running it.
//
//	s, problems := script.Parse(source, script.JavaScript)
//	program, err := script.Compile(script.Source{Text: source, Files: files})
//	result, err := engine.Run(ctx, program, script.Call{Method: "test", Arguments: arguments, Host: host})
//
// An [Engine] is the QuickJS machine in this process ([InProcess]) or in a child
// process ([Process]), which is the one for scripts that nobody trusts. A script
// reaches nothing of the world but its [Host].
//
// Every place of a Script is an offset in bytes of the source as it was given,
// also where TypeScript's types were taken out before it was looked at.
package script
