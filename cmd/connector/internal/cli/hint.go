package cli

import (
	"errors"
	"fmt"

	"github.com/connector-spec/connector/auth/store"
)

// A hinted is an error with what to do about it.
type hinted struct {
	error
	hint string
}

// Unwrap gives the error.
func (h *hinted) Unwrap() error { return h.error }

// hintOf returns what to do about an error; "" if there is nothing to advise.
func hintOf(err error) string {
	var missing *missingError
	var h *hinted
	var unmade *store.NotMadeError
	var absent *store.MissingError
	switch {
	case errors.As(err, &missing):
		return missing.hint
	case errors.As(err, &h):
		return h.hint
	case errors.As(err, &unmade):
		return "connector store init makes one"
	case errors.As(err, &absent) && absent.Near == "" && (absent.Kind == "connection" || absent.Kind == "client"):
		return fmt.Sprintf("connector %ss list shows which there are", absent.Kind)
	}
	return ""
}
