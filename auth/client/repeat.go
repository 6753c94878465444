package client

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"slices"
	"time"
)

// A Verdict says what an answer means for the request that got it.
type Verdict struct {
	Outcome Outcome
	// Wait is how long the server asks to wait before a repeat; 0 if it does
	// not say.
	Wait time.Duration
}

// An Outcome is one of the four kinds of answers.
type Outcome uint8

// The outcomes of a request.
const (
	// Final is an answer that no repeat changes: a success, or a failure.
	Final Outcome = iota
	// Expired says that the credential is not, or no longer, accepted.
	Expired
	// Limited says that the server did not look at the request, because there
	// were too many: it may be sent again whatever it does.
	Limited
	// Transient says that the server failed and may not next time, and that it
	// may have done what was asked.
	Transient
)

// The pauses before repeats: the first of each kind, which doubles with each
// repeat. Half of a pause is fixed and half random, so that clients that failed
// together do not come back together.
const (
	failurePause = 200 * time.Millisecond
	limitPause   = time.Second
)

// send sends a request until its answer is final, no repeat is allowed or no
// pause fits. The answer comes with its verdict.
func (c *sender) send(req *http.Request, body []byte, stream bool) (*http.Response, Verdict, error) {
	target, err := c.target(req.URL)
	if err != nil {
		return nil, Verdict{}, err
	}
	out, err := c.prepare(req, body, target)
	if err != nil {
		return nil, Verdict{}, err
	}
	ctx, cancel := req.Context(), func() {}
	if !c.offline {
		ctx, cancel = c.bounded(ctx, out, stream)
	}
	defer cancel()
	var waited time.Duration
	for repeats := 0; ; repeats++ {
		resp, err := c.attempt(ctx, req, *out, target)
		verdict := c.judge(resp, err)
		if repeats >= c.config.Repeats || !c.repeats(verdict, req) {
			return resp, verdict, err
		}
		pause := c.pause(verdict, repeats)
		waited += pause
		if deadline, ok := ctx.Deadline(); waited > c.config.Timeout || ok && time.Until(deadline) < pause {
			return resp, verdict, err
		}
		if c.config.Wait(ctx, pause) != nil {
			if cause := context.Cause(req.Context()); cause != nil {
				return nil, verdict, fmt.Errorf("%s://%s: %w", target.Scheme, target.Host, cause)
			}
			return resp, verdict, err
		}
	}
}

// judge gives the verdict on an answer, or on there being none.
func (c *sender) judge(resp *http.Response, err error) Verdict {
	if err != nil {
		if passes(err) {
			return Verdict{Outcome: Transient}
		}
		return Verdict{}
	}
	if _, comes := resp.Body.(*streamed); comes || c.config.Judge == nil {
		return Verdict{}
	}
	return c.config.Judge(resp)
}

// passes says whether the reason for which there is no answer may be gone
// soon.
func passes(err error) bool {
	var network *NetworkError
	if !errors.As(err, &network) {
		return false
	}
	switch network.Kind {
	case "refused", "closed", "other":
		return true
	case "dns":
		var dns *net.DNSError
		return errors.As(network.Err, &dns) && dns.IsTemporary
	}
	return false
}

// repeats says whether a request with a verdict may be sent again.
func (c *sender) repeats(v Verdict, req *http.Request) bool {
	return v.Outcome == Limited || v.Outcome == Transient && c.repeatable(req)
}

// idempotent are the methods of requests that may be sent twice (RFC 9110
// 9.2.2).
var idempotent = []string{"", http.MethodGet, http.MethodHead, http.MethodOptions, http.MethodTrace, http.MethodPut, http.MethodDelete}

// repeatable says whether a request may be sent twice.
func (c *sender) repeatable(req *http.Request) bool {
	if slices.Contains(idempotent, req.Method) || trim(req.Header.Get("Idempotency-Key")) != "" {
		return true
	}
	return c.config.Repeatable != nil && c.config.Repeatable(req)
}

// pause gives how long to wait before the repeat after so many others: what
// the server says, or a growing time.
func (c *sender) pause(v Verdict, repeats int) time.Duration {
	if v.Wait > 0 {
		return v.Wait
	}
	pause := failurePause
	if v.Outcome == Limited {
		pause = limitPause
	}
	pause <<= min(repeats, 10)
	return pause/2 + time.Duration(c.config.Jitter()*float64(pause/2))
}

// Wait lets time pass, or returns the error of a context that ends before.
func Wait(ctx context.Context, d time.Duration) error {
	timer := time.NewTimer(d)
	defer timer.Stop()
	select {
	case <-timer.C:
		return nil
	case <-ctx.Done():
		return ctx.Err()
	}
}
