package cli

import (
	"crypto/sha256"
	"encoding/base64"
	"encoding/hex"
	"slices"
	"strings"

	"github.com/connector-spec/connector/auth"
	"github.com/connector-spec/connector/formula"
	"github.com/connector-spec/connector/spec/method"
)

// accountNames are what answers call the account of a credential, the surest
// first, and accountPlaces are where they stand.
var (
	accountNames  = []string{"sub", "id", "gid", "uid", "user_id", "userId", "account_id", "accountId", "login", "username", "userName", "owner", "email"}
	accountPlaces = []string{"", "data", "user", "account", "viewer", "me"}
)

// accountOf returns a digest that tells the accounts of a connector apart: by
// what the credential or the answer to the test says of its user, else by what
// was entered, or the label of a login; "" if that says nothing either.
func accountOf(s auth.Subject, inputs formula.Value, result *auth.Result, credential *auth.Credential) string {
	who := subjectOf(credential.Values.Get("id_token").Text())
	for _, said := range []formula.Value{result.Test, credential.Values} {
		for _, place := range accountPlaces {
			if who == "" {
				who = namedAccount(said, place)
			}
		}
	}
	switch {
	case who != "":
	case !s.Interactive():
		who = "inputs " + inputs.String() // the same key is the same account
	case readsAnswers(s):
		who = "label " + result.Label
	default:
		return ""
	}
	hosts := slices.Sorted(slices.Values(result.Hosts)) // one user of two sites has two accounts
	sum := sha256.Sum256([]byte(strings.Join(append(hosts, who), "\n")))
	return hex.EncodeToString(sum[:])
}

// readsAnswers tells whether the label is made of what the API says, and not of
// what was entered alone.
func readsAnswers(s auth.Subject) bool {
	return slices.ContainsFunc(s.Methods.Reads(), func(r method.Read) bool {
		root, _ := r.Path.Names()
		return r.Method == "connectionLabel" && slices.Contains([]string{"test", "credentials", "authData"}, root)
	})
}

// namedAccount returns the account that an answer names at a place.
func namedAccount(answer formula.Value, place string) string {
	if place != "" {
		answer = answer.Get(place)
	}
	for _, name := range accountNames {
		switch v := answer.Get(name); v.Kind() {
		case formula.KindString, formula.KindNumber:
			return strings.TrimPrefix(place+".", ".") + name + " " + v.String()
		}
	}
	return ""
}

// subjectOf returns issuer and subject of an ID token; "" for what is none. It
// came from the token endpoint itself, and only tells accounts apart: its
// signature is not looked at.
func subjectOf(token string) string {
	parts := strings.Split(token, ".")
	if len(parts) != 3 {
		return ""
	}
	payload, err := base64.RawURLEncoding.DecodeString(parts[1])
	if err != nil {
		return ""
	}
	claims, err := formula.ParseJSON(payload)
	if err != nil || claims.Get("sub").Text() == "" {
		return ""
	}
	return claims.Get("iss").Text() + " " + claims.Get("sub").Text()
}
