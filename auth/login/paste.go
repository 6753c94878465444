package login

import (
	"errors"
	"net/url"
	"strings"
)

// errBareCode is why a code alone is no answer.
var errBareCode = errors.New("this is not the whole address: paste all of what the browser's address bar shows, from its beginning to its end, since what is behind the code (state) says whose login it is")

// Pasted gives the callback that a person pasted in place of the browser's
// coming back to the redirect URI: the whole URL, its query alone, or a code and
// its state as code#state, which is how some servers show them. Blanks, quotes
// and line breaks around and in it do no harm. A code alone is refused: nobody
// could tell whose it is (RFC 6749 10.12).
//
// What it gives is not checked: that is a round's to do, or the [Visit]'s.
func Pasted(text, redirectURI string) (callback string, err error) {
	text = strings.Join(strings.Fields(text), "")
	text = strings.Trim(text, "\"'`<>()[]")
	switch {
	case text == "":
		return "", errors.New("nothing was pasted")
	case len(text) > maxCallback:
		return "", errors.New("what was pasted is too long for an address")
	}
	if scheme, _, ok := strings.Cut(text, ":"); ok && isScheme(scheme) {
		return text, nil
	}
	redirect, err := url.Parse(redirectURI)
	if err != nil {
		return "", errors.New("the redirect URI is no URI")
	}
	query := text
	if _, behind, cut := strings.Cut(text, "?"); cut { // the address without its beginning
		query = behind
	}
	values, _ := url.ParseQuery(query)
	code, state, _ := strings.Cut(text, "#")
	switch {
	case values.Has("state"), values.Has("oauth_token"), values.Has("denied"):
		redirect.RawQuery = query
	case code != "" && state != "" && query == text:
		redirect.RawQuery = appendQuery("", []Param{{"code", code}, {"state", state}})
	default:
		return "", errBareCode
	}
	return redirect.String(), nil
}

// isScheme tells whether a text may be that of a URL (RFC 3986 3.1).
func isScheme(text string) bool {
	const letters = "abcdefghijklmnopqrstuvwxyz"
	lower := strings.ToLower(text)
	return lower != "" && strings.Contains(letters, lower[:1]) && strings.Trim(lower, letters+"0123456789+-.") == ""
}
