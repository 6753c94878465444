package login

import (
	"net/http"
	"time"
)

// Impatient makes a listener wait that long for the head of a request.
func Impatient(o ListenerOptions, d time.Duration) ListenerOptions {
	o.headerTimeout = d
	return o
}

// Handler is what answers the requests that come to a listener.
func Handler(l *Listener) http.Handler { return l.server.Handler }
