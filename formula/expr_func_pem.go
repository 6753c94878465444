package formula

import (
	"crypto/x509"
	"encoding/base64"
	"encoding/pem"
	"errors"
	"regexp"
	"strings"
)

var pemFunc = ExprFunc{
	Name: "pem", Args: "key, label", Summary: `a key in PEM (RFC 7468), whatever became of its line breaks: written as \n, made blanks, or gone; the label is for a key that lost its BEGIN and END lines, and is "PRIVATE KEY" if left out`, min: 1, max: 2,
	takes: []kinds{ofText, ofText}, gives: textType,
	Examples: []Example{
		{In: `pem("-----BEGIN PUBLIC KEY----- AQID -----END PUBLIC KEY-----")`, Want: `"-----BEGIN PUBLIC KEY-----\nAQID\n-----END PUBLIC KEY-----\n"`},
		{In: `pem("AQID", "CERTIFICATE")`, Want: `"-----BEGIN CERTIFICATE-----\nAQID\n-----END CERTIFICATE-----\n"`},
	},
	many: func(f *frame, args []Value) (Value, error) {
		s, err := textOf(args[0], "the key")
		if err == nil {
			err = f.build(2 * len(s))
		}
		if err != nil {
			return Undefined, err
		}
		label := "PRIVATE KEY"
		if len(args) > 1 {
			if label, err = textOf(args[1], "the label"); err != nil {
				return Undefined, err
			}
			if !pemLabel.MatchString(label) {
				return Undefined, errors.New("the label is capitals, digits and blanks, such as RSA PRIVATE KEY")
			}
		}
		blocks, err := readPEM(s, label)
		if err != nil && f.run.ThrowAway {
			return args[0], nil // a placeholder stays one
		}
		if err != nil {
			return Undefined, err
		}
		var b []byte
		for _, block := range blocks {
			b = append(b, pem.EncodeToMemory(&block)...)
		}
		return String(string(b)), nil
	},
}

var (
	pemLabel = regexp.MustCompile(`^[A-Z0-9]+( [A-Z0-9]+)*$`)
	pemBlock = regexp.MustCompile(`-----BEGIN ([A-Z0-9 ]+)-----((?s:.*?))-----END ([A-Z0-9 ]+)-----`)
)

var lineBreaks = strings.NewReplacer(`\r`, "", `\n`, "\n")

var (
	errNoPEM     = errors.New("the key is not PEM, nor base64")
	errEncrypted = errors.New("the key is encrypted; it is wanted without a passphrase")
)

// readPEM reads the blocks of a text whose line breaks may be damaged. A text
// that is only base64 is one block with that label.
func readPEM(s, label string) ([]pem.Block, error) {
	s = lineBreaks.Replace(s)
	matches := pemBlock.FindAllStringSubmatch(s, -1)
	if matches == nil {
		if strings.Contains(s, "-----") {
			return nil, errNoPEM
		}
		matches = [][]string{{s, label, s, label}}
	}
	var blocks []pem.Block
	for _, m := range matches {
		if strings.Contains(m[2], "ENCRYPTED") || strings.HasPrefix(m[1], "ENCRYPTED") {
			return nil, errEncrypted
		}
		der, err := base64.RawStdEncoding.DecodeString(strings.TrimRight(strings.Join(strings.Fields(m[2]), ""), "="))
		if err != nil || len(der) == 0 || m[1] != m[3] {
			return nil, errNoPEM
		}
		blocks = append(blocks, pem.Block{Type: m[1], Bytes: der})
	}
	return blocks, nil
}

// maxKey bounds the bytes of a key.
const maxKey = 6_000

// parsePrivateKey reads a private key in PEM: PKCS #8, PKCS #1 or SEC 1.
func parsePrivateKey(s string) (any, error) {
	if len(s) > 2*maxKey {
		return nil, errors.New("the key is too long")
	}
	blocks, err := readPEM(s, "PRIVATE KEY")
	if err != nil {
		return nil, err
	}
	for _, block := range blocks {
		if len(block.Bytes) > maxKey {
			return nil, errors.New("the key is too long")
		}
		if key, err := x509.ParsePKCS8PrivateKey(block.Bytes); err == nil {
			return key, nil
		}
		if key, err := x509.ParsePKCS1PrivateKey(block.Bytes); err == nil {
			return key, nil
		}
		if key, err := x509.ParseECPrivateKey(block.Bytes); err == nil {
			return key, nil
		}
	}
	return nil, errors.New("there is no private key in the text that can be read")
}
