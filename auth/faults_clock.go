package auth

import (
	"fmt"
	"net/http"
	"time"
)

// tolerance is how wrong a clock may be that nobody minds.
const tolerance = 2 * time.Minute

// clockHint says that a request may have been refused since this machine's clock
// is wrong, by the date of the answer (RFC 9110 6.6.1); "" if it is not, or the
// answer is no refusal.
func clockHint(status int, date string, now time.Time) string {
	if status != http.StatusBadRequest && status != http.StatusUnauthorized && status != http.StatusForbidden {
		return ""
	}
	server, err := http.ParseTime(date)
	if err != nil {
		return ""
	}
	switch ahead := now.Sub(server).Round(time.Second); {
	case ahead > tolerance:
		return fmt.Sprintf("this machine's clock is %v ahead of the server's, which signatures and tokens may not survive: set it right, then try again", ahead)
	case ahead < -tolerance:
		return fmt.Sprintf("this machine's clock is %v behind the server's, which signatures and tokens may not survive: set it right, then try again", -ahead)
	}
	return ""
}
