package store

import (
	"bytes"
	"crypto/aes"
	"crypto/cipher"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strconv"
)

// version is that of the files that are written.
const version = 1

// A kind is what a record is about, and what is sealed of it.
type kind struct {
	name   string // in the header, and for people
	dir    string
	fields []string
}

// The kinds of records.
var (
	connections = kind{"connection", "connections", []string{"details", "inputs", "credential"}}
	clients     = kind{"client", "clients", []string{"details", "parameters"}}
	logins      = kind{"login", "logins", []string{"details", "data"}}
)

func kinds() []kind { return []kind{connections, clients, logins} }

// A header is what stands in the file of a record as it is.
type header struct {
	Version   int    `json:"version"`
	Kind      string `json:"kind"`
	ID        string `json:"id"`
	Name      string `json:"name,omitempty"`
	Connector string `json:"connector,omitempty"`
	// Revision counts the writes, so that fields of two states do not mix.
	Revision int64 `json:"revision"`
	// Key is the id of the key that the fields are sealed with; "" for none.
	Key string `json:"key,omitempty"`
}

// A record is one file: its header, and its fields, sealed or in clear.
type record struct {
	header
	Fields map[string]json.RawMessage `json:"fields"`
}

// decodeRecord reads a record without opening its fields. The kind and the id
// are those that the place of the file says.
func decodeRecord(file string, data []byte, k kind, id string) (*record, error) {
	tampered := func(format string, args ...any) error {
		return &TamperedError{File: file, Reason: fmt.Sprintf(format, args...)}
	}
	if err := checkVersion(file, data); err != nil {
		return nil, err
	}
	r := &record{}
	switch err := strictly(data, r); {
	case err != nil:
		return nil, tampered("it is no record of version %d", version)
	case r.Kind != k.name:
		return nil, tampered("it is no %s", k.name)
	case r.ID != id:
		return nil, tampered("it is the file of another %s", k.name)
	case k.name != logins.name && CheckName(r.Name) != nil:
		return nil, tampered("its name cannot be one")
	case len(r.Fields) != len(k.fields):
		return nil, tampered("it has %d fields, and a %s has %d", len(r.Fields), k.name, len(k.fields))
	}
	for _, name := range k.fields {
		if r.Fields[name] == nil {
			return nil, tampered("it has no field %s", name)
		}
	}
	return r, nil
}

// checkVersion refuses what a newer program wrote, and what no program did.
func checkVersion(file string, data []byte) error {
	var v struct {
		Version int `json:"version"`
	}
	switch err := json.Unmarshal(data, &v); {
	case err != nil:
		return &TamperedError{File: file, Reason: "it is no JSON, or cut off"}
	case v.Version > version:
		return &NewerError{File: file, Version: v.Version, Known: version}
	case v.Version < 1:
		return &TamperedError{File: file, Reason: "it does not say the version of its format"}
	}
	return nil
}

// strictly decodes one JSON value without fields that are not known: they would
// be lost when it is written again. No error holds a part of the data.
func strictly(data []byte, into any) error {
	d := json.NewDecoder(bytes.NewReader(data))
	d.DisallowUnknownFields()
	if err := d.Decode(into); err != nil {
		return errors.New("it is no JSON of the right form")
	}
	if _, err := d.Token(); err != io.EOF {
		return errors.New("something follows its end")
	}
	return nil
}

// encode gives the record as the text of its file.
func (r *record) encode() ([]byte, error) {
	data, err := json.MarshalIndent(r, "", "  ")
	if err != nil {
		return nil, errors.New("a field is no JSON")
	}
	return append(data, '\n'), nil
}

// seal puts fields, each JSON, into the record: sealed, or in clear without a
// key. The header is part of each seal, so that no field fits elsewhere.
func (r *record) seal(k Key, storeID string, fields map[string][]byte) error {
	r.Key = k.ID()
	r.Fields = map[string]json.RawMessage{}
	for name, data := range fields {
		if k.IsZero() {
			r.Fields[name] = data
			continue
		}
		sealed := recordCipher(k, storeID).Seal(nil, nil, data, r.about(name))
		text, err := json.Marshal(sealed)
		if err != nil {
			return fmt.Errorf("encode the field %s: %w", name, err)
		}
		r.Fields[name] = text
	}
	return nil
}

// open gives the fields. The key is the one that the header names.
func (r *record) open(file string, k Key, storeID string) (map[string][]byte, error) {
	fields := map[string][]byte{}
	for name, text := range r.Fields {
		data, err := r.openField(name, text, k, storeID)
		if err != nil {
			return nil, &TamperedError{
				File: file, Name: r.Name,
				Reason: "its field " + name + " is not the one that was sealed for it",
			}
		}
		fields[name] = data
	}
	return fields, nil
}

func (r *record) openField(name string, text json.RawMessage, k Key, storeID string) ([]byte, error) {
	if k.IsZero() { // without the layout of the file
		var compact bytes.Buffer
		err := json.Compact(&compact, text)
		return compact.Bytes(), err
	}
	var sealed []byte
	if err := json.Unmarshal(text, &sealed); err != nil {
		return nil, err
	}
	return recordCipher(k, storeID).Open(nil, nil, sealed, r.about(name))
}

// about is what a field is sealed together with.
func (r *record) about(field string) []byte {
	return sealedWith("connector store", strconv.Itoa(r.Version), r.Kind, r.ID, r.Connector, r.Name,
		strconv.FormatInt(r.Revision, 10), r.Key, field)
}

// sealedWith makes one text of several, which no other texts make.
func sealedWith(parts ...string) []byte {
	var b []byte
	for _, p := range parts {
		b = strconv.AppendInt(b, int64(len(p)), 10)
		b = append(append(b, ':'), p...)
	}
	return b
}

// recordCipher is what the records of one store are sealed with.
func recordCipher(k Key, storeID string) cipher.AEAD {
	return sealer(k.derive(storeID, "connector store records"))
}

// sealer is AES-256 in GCM, which puts a random nonce before what it seals.
func sealer(key []byte) cipher.AEAD {
	block, err := aes.NewCipher(key)
	if err != nil {
		panic(err) // only for a length that is no key's
	}
	aead, err := cipher.NewGCMWithRandomNonce(block)
	if err != nil {
		panic(err) // only for another cipher than AES
	}
	return aead
}
