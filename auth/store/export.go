package store

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"

	"filippo.io/age"
	"filippo.io/age/armor"

	"github.com/connector-spec/connector/auth/secret"
)

// A Recipient is whom an export is encrypted to.
type Recipient struct{ age age.Recipient }

// An Identity opens an export. However it is printed, it shows nothing.
type Identity struct{ age age.Identity }

// Format hides the identity.
func (i Identity) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, secret.Mask) }

// Format hides the recipient, which may be a passphrase.
func (r Recipient) Format(s fmt.State, _ rune) { _, _ = io.WriteString(s, secret.Mask) }

// maxWorkFactor bounds the work that the passphrase of an import may cost, as a
// power of two.
const maxWorkFactor = 20

// PassphraseRecipient encrypts to whoever knows a passphrase. It is the only
// recipient then.
func PassphraseRecipient(p secret.Secret) (Recipient, error) {
	if p.IsZero() {
		return Recipient{}, errors.New("the passphrase is empty")
	}
	r, err := age.NewScryptRecipient(p.Reveal())
	if err != nil {
		return Recipient{}, errors.New("the passphrase cannot be used")
	}
	return Recipient{r}, nil
}

// ParseRecipient reads the public key of an age identity, which begins with age1. The
// error does not show it: it may be the secret key by mistake.
func ParseRecipient(text string) (Recipient, error) {
	list, err := age.ParseRecipients(strings.NewReader(text))
	if err != nil || len(list) != 1 {
		return Recipient{}, errors.New("it is no age recipient, which begins with age1")
	}
	return Recipient{list[0]}, nil
}

// PassphraseIdentity opens what was encrypted to a passphrase.
func PassphraseIdentity(p secret.Secret) (Identity, error) {
	if p.IsZero() {
		return Identity{}, errors.New("the passphrase is empty")
	}
	i, err := age.NewScryptIdentity(p.Reveal())
	if err != nil {
		return Identity{}, errors.New("the passphrase cannot be used")
	}
	i.SetMaxWorkFactor(maxWorkFactor)
	return Identity{i}, nil
}

// ParseIdentities reads a file of age identities, as age-keygen writes it. No
// error shows a part of it.
func ParseIdentities(r io.Reader) ([]Identity, error) {
	list, err := age.ParseIdentities(io.LimitReader(r, maxFile))
	if err != nil || len(list) == 0 {
		return nil, errors.New("it is no file of age identities, which has lines that begin with AGE-SECRET-KEY-1")
	}
	var identities []Identity
	for _, i := range list {
		identities = append(identities, Identity{i})
	}
	return identities, nil
}

// ErrNotOpened says that neither the passphrase nor any identity opens an import.
var ErrNotOpened = errors.New("it was encrypted to another passphrase or identity")

// maxExport bounds what is read of an import.
const maxExport = 64 << 20

// An exported is what is encrypted in an export.
type exported struct {
	Version     int        `json:"version"`
	Connections []portable `json:"connections"`
}

// A portable is a connection with all that belongs to it.
type portable struct {
	ID        string `json:"id,omitempty"`
	Name      string `json:"name"`
	Connector string `json:"connector"`
	details
	entered
	Credential []byte `json:"credential,omitempty"`
}

func (c *Connection) portable() (portable, error) {
	if _, err := c.fields(); err != nil {
		return portable{}, err
	}
	return portable{c.ID, c.Name, c.Connector, c.details(), entered{c.Inputs, c.Parameters}, c.Credential}, nil
}

func (p portable) connection() (*Connection, error) {
	c := p.details.connection()
	c.ID, c.Name, c.Connector = p.ID, p.Name, p.Connector
	c.Inputs, c.Parameters, c.Credential = p.Inputs, p.Parameters, p.Credential
	if _, err := c.fields(); err != nil {
		return nil, err
	}
	return c, CheckName(c.Name)
}

// Export writes connections as an armored age file (age-encryption.org/v1). The
// parameters of stored clients are not in it: who exports puts them into the
// connections before.
func Export(w io.Writer, list []*Connection, to ...Recipient) error {
	if len(to) == 0 {
		return errors.New("an export needs a passphrase or a recipient")
	}
	e := exported{Version: version}
	for _, c := range list {
		p, err := c.portable()
		if err != nil {
			return err
		}
		p.ID = "" // it gets one where it is imported
		e.Connections = append(e.Connections, p)
	}
	data, err := json.Marshal(e)
	if err != nil {
		return errors.New("the connections cannot be written as JSON")
	}
	var recipients []age.Recipient
	for _, r := range to {
		recipients = append(recipients, r.age)
	}
	text := armor.NewWriter(w)
	sealing, err := age.Encrypt(text, recipients...)
	if err != nil {
		return fmt.Errorf("encrypt the export: %w", err)
	}
	if _, err := sealing.Write(data); err != nil {
		return fmt.Errorf("write the export: %w", err)
	}
	if err := errors.Join(sealing.Close(), text.Close()); err != nil {
		return fmt.Errorf("write the export: %w", err)
	}
	return nil
}

// Import reads what Export wrote, armored or not. The connections have no ids,
// and are kept nowhere yet. The errors are [ErrNotOpened], *[NewerError] and
// *[TamperedError].
func Import(r io.Reader, with ...Identity) ([]*Connection, error) {
	data, err := io.ReadAll(io.LimitReader(r, maxExport+1))
	switch {
	case err != nil:
		return nil, fmt.Errorf("read the export: %w", err)
	case len(data) > maxExport:
		return nil, &TamperedError{Reason: "it is larger than any export"}
	}
	if data, err = openAge(data, with); err != nil {
		return nil, err
	}
	if err := checkVersion("", data); err != nil {
		return nil, err
	}
	var e exported
	if strictly(data, &e) != nil {
		return nil, &TamperedError{Reason: "it is no export of connections"}
	}
	var list []*Connection
	for _, p := range e.Connections {
		c, err := p.connection()
		if err != nil {
			return nil, &TamperedError{Reason: "it is no export of connections: " + err.Error()}
		}
		list = append(list, c)
	}
	return list, nil
}

func openAge(data []byte, with []Identity) ([]byte, error) {
	var identities []age.Identity
	for _, i := range with {
		identities = append(identities, i.age)
	}
	if len(identities) == 0 {
		return nil, errors.New("an import needs a passphrase or an identity")
	}
	var r io.Reader = bytes.NewReader(data)
	if text := bytes.TrimLeft(data, " \t\r\n"); bytes.HasPrefix(text, []byte(armor.Header)) {
		r = armor.NewReader(bytes.NewReader(text))
	}
	opened, err := age.Decrypt(r, identities...)
	var another *age.NoIdentityMatchError
	switch {
	case errors.As(err, &another):
		return nil, ErrNotOpened
	case err != nil:
		return nil, &TamperedError{Reason: "it is no age file, or cut off"}
	}
	data, err = io.ReadAll(io.LimitReader(opened, maxExport))
	if err != nil {
		return nil, &TamperedError{Reason: "it is not as it was encrypted"}
	}
	return data, nil
}
