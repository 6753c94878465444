package auth

import (
	"context"
	"errors"
	"fmt"
	"slices"
	"strings"

	"github.com/connector-spec/connector/auth/secret"
)

// outcome says how a run ended. Err is the error of a refresh.
func (x *faulty) outcome(r *Result, err error) outcome {
	var ended *LoginError
	switch {
	case !r.OK && (errors.As(err, &ended) || errors.As(r.Err, &ended)):
		return wantsLogin
	case !r.OK:
		return isExplained
	case len(x.wrong) > 0:
		return isUnsent
	case x.at == atTest && x.begun != nil && !same(x.begun, x.holder.current.Load()):
		return isRefreshed
	case x.rights > 0:
		return isRetried
	}
	return isPassed
}

// judge says what is wrong with how the fault came out; nil if nothing is.
func (x *faulty) judge(ctx context.Context, r *Result) *FaultError {
	wrong := func(format string, args ...any) *FaultError {
		return &FaultError{Fault: x.name, Reason: fmt.Sprintf(format, args...), Mend: r.Hint}
	}
	if want := x.want(x); !slices.Contains(want, x.came) {
		return x.unwanted(r, want)
	}
	if !r.OK {
		switch {
		case x.came != wantsLogin && !slices.ContainsFunc(r.Steps, func(s Step) bool { return !s.OK && strings.HasPrefix(r.Message, s.Name+": ") }):
			return wrong("the message does not say in which step it failed: %s", r.Message)
		case r.Hint == "":
			return wrong("nothing is said of what to do about this: %s", r.Message)
		case x.skew != 0 && !strings.Contains(r.Hint, "clock"):
			return wrong("nothing is said of the clock: %s", r.Message)
		}
	}
	if place := x.leak(r); place != "" {
		return wrong("a secret stands in the %s", place)
	}
	if name := x.lost(); name != "" {
		return &FaultError{x.name, fmt.Sprintf("%s of the credential was kept, and is lost now", name), "whatever fails, what was kept must stay until there is something better: give only what the answer has"}
	}
	if x.check != nil {
		if err := x.check(x); err != nil {
			return err
		}
	}
	return x.after(ctx)
}

// leak says where in a result a secret stands; "" if none does.
func (x *faulty) leak(r *Result) string {
	all := secret.NewRedactor()
	add := func(text string) {
		if len(text) >= 8 {
			all.Add("secret", text)
		}
	}
	for _, p := range append(x.breaker(&Credential{}).parts(), x.wrong...) {
		add(p.text)
		add(p.wrong)
	}
	for _, text := range x.provider.Given() {
		add(text)
	}
	places := map[string]string{"message": r.Message, "hint": r.Hint, "note": r.Note, "warnings": strings.Join(r.Warnings, "\n"), "notes": strings.Join(r.Notes, "\n")}
	for _, s := range r.Steps {
		places["message of "+s.Name] = s.Message
		places["address of "+s.Name] = s.URL
	}
	for place, text := range places {
		if all.Redact(text) != text {
			return place
		}
	}
	return ""
}

// lost returns the name of what was kept of the credential and is not any more.
func (x *faulty) lost() string {
	if x.begun == nil {
		return ""
	}
	for _, now := range []*Credential{x.keeper.kept, x.holder.current.Load()} {
		if now == nil {
			return "all"
		}
		for i, name := range x.begun.Values.Keys() {
			_, before := x.begun.Values.At(i)
			if textOf(before) != "" && textOf(now.Values.Get(name)) == "" {
				return name
			}
		}
	}
	return ""
}

// after looks whether the connection works when the fault is over.
func (x *faulty) after(ctx context.Context) *FaultError {
	if x.lasts || x.at == atLogin || x.came == wantsLogin || x.prepare != nil && !x.renewable {
		return nil
	}
	l := x.life(x.values)
	r, _ := x.moment(ctx, l)
	if r.OK {
		return nil
	}
	e := &FaultError{x.name, "when it is over the connection does not work again: " + r.Message, r.Hint}
	if x.blame != "" {
		e.Reason, e.Mend = x.blame+": "+r.Message, x.mend
	}
	return e
}
