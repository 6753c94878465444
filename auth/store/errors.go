package store

import (
	"errors"
	"fmt"
	"io/fs"
	"os"

	"github.com/connector-spec/connector/auth/secret"
)

// A NotMadeError says that there is no store in a directory.
type NotMadeError struct{ Dir string }

func (e *NotMadeError) Error() string {
	return fmt.Sprintf("there is no store in %s", shown(e.Dir))
}

// An ExistsError says that there is a store already.
type ExistsError struct{ Dir string }

func (e *ExistsError) Error() string {
	return fmt.Sprintf("there is a store in %s already", shown(e.Dir))
}

// A NewerError says that a file was written by a newer version of the program.
type NewerError struct {
	File           string // "" for a text that is in no file
	Version, Known int
}

func (e *NewerError) Error() string {
	what := "the text"
	if e.File != "" {
		what = shown(e.File)
	}
	return fmt.Sprintf("%s has format version %d, and this program knows up to version %d; use a newer connector", what, e.Version, e.Known)
}

// A NameError says that a name is taken, or cannot be one.
type NameError struct {
	Name   string
	Reason string // "" if it is taken
}

func (e *NameError) Error() string {
	if e.Reason != "" {
		return fmt.Sprintf("the name %q cannot be used: %s", secret.PrintableLine(e.Name), e.Reason)
	}
	return fmt.Sprintf("the name %q is taken", secret.PrintableLine(e.Name))
}

// A MissingError says that there is nothing of a name.
type MissingError struct {
	Kind string // connection, client or login
	Name string // or its id, for a login and for one that was removed meanwhile
	Near string // a name like it; "" if there is none
	// Unreadable are the files that may be it, since not even their names can be
	// read.
	Unreadable []error
}

func (e *MissingError) Error() string {
	text := fmt.Sprintf("there is no %s %q", e.Kind, secret.PrintableLine(e.Name))
	if e.Near != "" {
		text += fmt.Sprintf("; did you mean %q?", secret.PrintableLine(e.Near))
	}
	if len(e.Unreadable) > 0 {
		text += "; it may be one that cannot be read: " + errors.Join(e.Unreadable...).Error()
	}
	return text
}

// Unwrap gives why the files that may be it cannot be read.
func (e *MissingError) Unwrap() []error { return e.Unreadable }

// A TamperedError says that a file is not as this program wrote it: cut,
// changed, or put in the place of another one.
type TamperedError struct {
	File   string
	Name   string // of the record, as the file says; "" if it cannot be read
	Reason string
}

func (e *TamperedError) Error() string {
	what := shown(e.File)
	if what == "" {
		what = "the text"
	}
	if e.Name != "" {
		what += fmt.Sprintf(" (%q)", secret.PrintableLine(e.Name))
	}
	text := fmt.Sprintf("%s was damaged or changed by somebody else: %s", what, e.Reason)
	if e.File != "" {
		text += "; put it back from a backup, or delete it and connect again"
	}
	return text
}

// A ModeError says that a file or directory that must be its owner's alone is
// not, so that nothing of it is used.
type ModeError struct {
	File   string
	Reason string
	Hint   string
}

func (e *ModeError) Error() string {
	return fmt.Sprintf("%s is not used: %s; %s", shown(e.File), e.Reason, e.Hint)
}

// A WriteError says that a file cannot be written. Nothing was changed.
type WriteError struct {
	File string
	Err  error
}

func (e *WriteError) Error() string {
	text := fmt.Sprintf("%s cannot be written: %v", shown(e.File), plainCause(e.Err))
	switch {
	case isFull(e.Err):
		text += "; make room on its disk and try again"
	case isReadOnly(e.Err):
		text += "; mount its disk for writing, or keep the store elsewhere"
	case errors.Is(e.Err, fs.ErrPermission):
		text += "; make its directory writable for you"
	}
	return text
}

// Unwrap gives the cause.
func (e *WriteError) Unwrap() error { return e.Err }

// A NewKeyError says that the key of a store cannot be changed to one of the
// environment, since there is none yet.
type NewKeyError struct{}

func (e *NewKeyError) Error() string {
	return "a new key for the environment must be kept before it is used: set " + NewKeyVariable + " to it, and try again"
}

// A KeyProblem is why a key cannot be had or does not fit.
type KeyProblem string

// The problems with keys.
const (
	KeyMissing   KeyProblem = "missing"    // its place is there, and it is not
	KeyNoService KeyProblem = "no-service" // there is no keyring
	KeyLocked    KeyProblem = "locked"     // the keyring is locked, or does not answer
	KeyInvalid   KeyProblem = "invalid"    // what is there is no key
	KeyWrong     KeyProblem = "wrong"      // another key than that of the store
)

// A KeyError says that the key of a store cannot be had, or is another one.
// Nothing is written without it, and nothing is kept as plain text instead.
type KeyError struct {
	Place   KeyPlace
	File    string // of the key, for [File]; the variable, for [Environment]
	ID      string // of the key that is needed
	Problem KeyProblem
	Err     error // nil if the problem says it all
}

func (e *KeyError) Error() string {
	text := e.text()
	if e.Err != nil {
		text += ": " + secret.PrintableLine(e.Err.Error())
	}
	if hint := e.hint(); hint != "" {
		text += "; " + hint
	}
	return text
}

// Unwrap gives the cause.
func (e *KeyError) Unwrap() error { return e.Err }

func (e *KeyError) text() string {
	place := e.where()
	switch e.Problem {
	case KeyNoService:
		return "the system has no keyring"
	case KeyLocked:
		return "the keyring is locked or does not answer"
	case KeyInvalid:
		return fmt.Sprintf("the key in %s cannot be used", place)
	case KeyWrong:
		return fmt.Sprintf("%s holds another key than the one that is needed (%s)", place, shown(e.ID))
	}
	if e.ID == "" {
		return "there is no key in " + place
	}
	return fmt.Sprintf("the key of the store (%s) is not in %s", shown(e.ID), place)
}

func (e *KeyError) where() string {
	switch e.Place {
	case Keyring:
		return "the keyring"
	case File:
		return shown(e.File)
	}
	if e.File != "" {
		return e.File
	}
	return KeyVariable
}

func (e *KeyError) hint() string {
	switch {
	case e.Problem == KeyNoService:
		return "log in to a desktop session, or keep the key in a file or in " + KeyVariable
	case e.Problem == KeyLocked:
		return "unlock it and try again"
	case e.Place == Environment && e.ID == "":
		return "set it to 32 bytes in base64"
	case e.Place == Environment && e.Problem != KeyInvalid:
		return "set it to the key that was shown when it was made"
	case e.Place == File && e.Problem == KeyMissing:
		return "put the file back from where you keep a copy of it"
	case e.Place == Keyring && e.Problem == KeyMissing:
		return "was the store copied from another machine or user? its key was not"
	}
	return ""
}

// shown is a path for people.
func shown(path string) string { return secret.PrintableLine(path) }

// plainCause leaves out the path of an error, which its text names already.
func plainCause(err error) error {
	var path *fs.PathError
	var link *os.LinkError
	switch {
	case errors.As(err, &path):
		return path.Err
	case errors.As(err, &link):
		return link.Err
	}
	return err
}
