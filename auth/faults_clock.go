package auth

import (
	"net/http"
	"time"
)

// tolerance is how wrong a clock may be that nobody minds.
const tolerance = 2 * time.Minute

// wrongClock says how far this machine's clock is from that of a server that
// refused a request, by the date of the answer (RFC 9110 6.6.1): signatures and
// tokens may not survive that. It is "" where the clock is right, or the answer
// no refusal.
func wrongClock(status int, date string, now time.Time) string {
	if status != http.StatusBadRequest && status != http.StatusUnauthorized && status != http.StatusForbidden {
		return ""
	}
	server, err := http.ParseTime(date)
	if err != nil {
		return ""
	}
	switch ahead := now.Sub(server).Round(time.Second); {
	case ahead > tolerance:
		return ahead.String() + " ahead of"
	case ahead < -tolerance:
		return (-ahead).String() + " behind"
	}
	return ""
}
