// Package script parses one JavaScript or TypeScript method and says what it
// exports. It never runs code.
//
//	s, problems := script.Parse(source, script.JavaScript)
//	if f := s.Method("test"); f != nil && !f.Returns {
//		// the test says nothing
//	}
//
// Every place is an offset in bytes of the source as it was given, also where
// TypeScript's types were taken out before it was looked at.
package script
