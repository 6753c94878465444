package cli

import (
	"context"
	"errors"
	"fmt"
	"io"
	"slices"
	"strconv"
	"strings"
	"time"
	"unicode/utf8"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/auth/secret"
	"github.com/connector-spec/connector/auth/store"
)

// finish keeps what a login came to, and says so.
func (c *connecting) finish(ctx context.Context, m made) error {
	record, err := c.keep(ctx, m)
	if err != nil {
		return err
	}
	return c.report(record, m)
}

// keep keeps the connection, if its test passed or the user says so.
func (c *connecting) keep(ctx context.Context, m made) (*store.Connection, error) {
	untested, err := c.judge(ctx, m)
	if err != nil {
		return nil, err
	}
	record, err := c.recordOf(m)
	if err != nil {
		return nil, err
	}
	record.Untested = untested
	list, _ := c.store.Connections(ctx)
	c.warnSame(record, list)
	if c.known != nil {
		err := c.replace(ctx, record, m.connection.Credential())
		var ended *store.MissingError
		if !errors.As(err, &ended) {
			return record, err
		} // else it was removed while its user was at the provider
	}
	if err := auth.PutCredential(record, m.connection.Credential()); err != nil {
		return nil, err
	}
	return record, c.add(ctx, record, list)
}

// judge says why a connection is not kept; else whether it was tested.
func (c *connecting) judge(ctx context.Context, m made) (untested bool, err error) {
	switch {
	case ctx.Err() != nil && (m.connection == nil || !m.result.OK):
		return false, ctx.Err()
	case m.connection == nil:
		return false, c.refused(m.result)
	}
	for _, warning := range m.result.Warnings {
		fmt.Fprintf(c.Stderr, "connector: warning: %s\n", secret.PrintableLine(warning))
	}
	if m.result.OK {
		return c.opts.noTest, nil
	}
	return c.untested(ctx, m.result)
}

// untested says why a connection is not kept whose test failed, unless the user
// wants it all the same.
func (c *connecting) untested(ctx context.Context, result *auth.Result) (bool, error) {
	failed := "there is a credential, and the test of the connection failed: " + secret.PrintableLine(result.Message)
	if c.subject.Interactive() {
		failed = "the login succeeded, and the test of the connection failed: " + secret.PrintableLine(result.Message)
	}
	asks := c.someone() && !c.opts.web
	if c.opts.force || asks {
		fmt.Fprintf(c.Stderr, "connector: %s\n", failed)
		if result.Hint != "" {
			fmt.Fprintf(c.Stderr, "hint: %s\n", secret.PrintableLine(result.Hint))
		}
	}
	if c.opts.force {
		return true, nil
	}
	refusal := &hinted{errors.New("not connected: " + failed), result.Hint}
	switch {
	case asks:
		if accepted, err := c.confirm(ctx, "Keep the connection all the same?"); accepted || err != nil {
			return true, err
		}
		refusal = &hinted{errors.New("not connected: a connection whose test failed is not kept"), ""}
	case !c.opts.web:
		refusal.hint = strings.TrimPrefix(refusal.hint+"; --force keeps the connection all the same", "; ")
	}
	if !result.Unreachable() {
		refusal.error = noError{refusal.error}
	}
	return false, refusal
}

// recordOf returns the record of a connection, without its credential, and
// without a name if it has none yet.
func (c *connecting) recordOf(m made) (*store.Connection, error) {
	file, err := c.place.absolute()
	if err != nil {
		return nil, err
	}
	s, now := c.subject, c.Now().UTC().Truncate(time.Second)
	record := &store.Connection{
		Name: c.opts.name, Connector: s.Connector.Key(), Title: s.Connector.Name(), Option: s.Option.Key,
		Environment: c.environment, Client: c.client, Label: c.redactor.Redact(m.result.Label),
		Account: accountOf(s, c.values.Inputs, m.result, m.connection.Credential()),
		Created: now, Changed: now, Spec: file, Digest: c.consent.Digest(), Hosts: union(c.consent.Hosts, m.result.Hosts),
		Routes: c.opts.network.routes, Redirect: m.redirect, OptionalScopes: c.values.Scopes,
		Lender: c.lends.id, AllowPrivate: c.opts.network.allowPrivate,
		Inputs: c.values.Inputs.AppendJSON(nil), Parameters: c.parameters.AppendJSON(nil),
	}
	if k := c.known; k != nil {
		record.ID, record.Name, record.Created = k.ID, k.Name, k.Created
		record.Routes = union(record.Routes, k.Routes)
		record.AllowPrivate = record.AllowPrivate || k.AllowPrivate
	}
	return record, nil
}

// warnSame says so where two connections are of one account, or where one
// becomes that of another.
func (c *connecting) warnSame(record *store.Connection, list []*store.Connection) {
	if record.Account == "" {
		return
	}
	for _, other := range list {
		if other.ID != record.ID && other.Connector == record.Connector && other.Account == record.Account {
			fmt.Fprintf(c.Stderr, "connector: warning: %q is a connection of the same account\n", secret.PrintableLine(other.Name))
		}
	}
	if k := c.known; k != nil && k.Account != "" && k.Account != record.Account {
		fmt.Fprintf(c.Stderr, "connector: warning: %q was the connection of another account: %s, and is now one of %s\n",
			secret.PrintableLine(k.Name), secret.PrintableLine(k.Label), secret.PrintableLine(record.Label))
	}
}

// replace keeps a record in place of the one of the same name, with a
// credential that others who use the connection take for newer than theirs.
func (c *connecting) replace(ctx context.Context, record *store.Connection, credential *auth.Credential) error {
	locked, err := c.store.Lock(context.WithoutCancel(ctx), record.ID)
	if err != nil {
		return err
	}
	defer locked.Release()
	kept := locked.Connection()
	record.Name = kept.Name // it may have got another one meanwhile
	last, err := auth.KeptCredential(kept)
	if err == nil && last != nil && last.Generation >= credential.Generation {
		newer := *credential
		newer.Generation = last.Generation + 1
		credential = &newer
	}
	if err := auth.PutCredential(record, credential); err != nil {
		return err
	}
	return locked.Save(context.WithoutCancel(ctx), record)
}

// add keeps a new record, under the name that the user says, or one that is
// suggested, which is also that of who ends the conversation.
func (c *connecting) add(ctx context.Context, record *store.Connection, list []*store.Connection) error {
	said, silent := record.Name != "", false
	suggested := suggestName(record, list)
	for n := 1; ; n++ {
		if !said {
			var err error
			record.Name, err = c.askName(ctx, suggested)
			if silent = silent || errors.Is(err, io.EOF); silent { // the login is not lost for that
				record.Name, err = suggested, nil
			}
			if err != nil {
				return err
			}
		}
		err := c.store.Add(context.WithoutCancel(ctx), record)
		var name *store.NameError
		switch {
		case err == nil || !errors.As(err, &name) || said:
			return err
		case c.someone() && !silent:
			fmt.Fprintf(c.Stderr, "connector: %s\n", secret.PrintableLine(err.Error()))
		case n == maxNames:
			return err
		default: // another process was faster, or the record of that name cannot be read
			suggested = numbered(nameOf(record), n+1)
		}
	}
}

// maxNames is how many names are tried.
const maxNames = 1000

// askName asks what the connection is to be called; nobody is content with what
// is suggested.
func (c *connecting) askName(ctx context.Context, suggested string) (string, error) {
	if !c.someone() || c.opts.web {
		return suggested, nil
	}
	answer, err := c.asker().Line(ctx, fmt.Sprintf("Name of the connection [%s]: ", secret.PrintableLine(suggested)))
	if answer = strings.TrimSpace(answer); answer == "" {
		answer = suggested
	}
	return answer, err
}

// suggestName returns a name that no other connection has.
func suggestName(record *store.Connection, list []*store.Connection) string {
	base := nameOf(record)
	taken := func(name string) bool {
		return slices.ContainsFunc(list, func(c *store.Connection) bool { return strings.EqualFold(c.Name, name) })
	}
	name := base
	for n := 2; taken(name); n++ {
		name = numbered(base, n)
	}
	return name
}

// maxName is how long a name may be, in characters.
const maxName = 80

// nameOf makes a name of the label, or of the name of the connector.
func nameOf(record *store.Connection) string {
	for _, text := range []string{record.Label, record.Title} {
		text = strings.TrimSpace(secret.PrintableLine(text))
		if r := []rune(text); len(r) > maxName-5 {
			text = strings.TrimSpace(string(r[:maxName-5]))
		}
		if text != "" {
			return text
		}
	}
	return "connection"
}

func numbered(name string, n int) string {
	number := " " + strconv.Itoa(n)
	if r := []rune(name); len(r) > maxName-utf8.RuneCountInString(number) {
		name = string(r[:maxName-len(number)])
	}
	return name + number
}
