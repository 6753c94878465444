package token

import (
	"strings"
)

// failure is the error that the reply is: a status that is not of success, or
// an error in the body of one that is. It is nil for none.
func (r *reply) failure() *Error {
	failed := decode(r.header, r.body).failure(r.status)
	if failed != nil {
		failed.RetryAfter = retryAfter(r.header, r.at)
	}
	return failed
}

// object reads the reply as a JSON object, or as a form, which becomes one of
// texts. Numbers are json.Numbers.
func (r *reply) object() (map[string]any, *Error) {
	d := decode(r.header, r.body)
	if d.object == nil {
		return nil, d.unusable(r.status, "the answer is "+d.what+", not an object")
	}
	return d.object, nil
}

// failure is the error of an answer that is no success; nil for none.
func (d *document) failure(status int) *Error {
	success := status >= 200 && status < 300
	if success && !d.saysFailed() {
		return nil
	}
	c := complaintIn(d.value)
	e := &Error{Kind: Failed, Status: status, Code: c.code, Description: first(c.description, d.title), URI: c.uri}
	switch {
	case e.Code != "":
	case success:
		e.Problem = "an error"
	case d.object != nil:
		e.Problem = "an object with " + membersOf(d.object)
	default:
		e.Problem = d.what
	}
	return e
}

// unusable is the error of an answer that is a success by its status.
func (d *document) unusable(status int, problem string) *Error {
	return &Error{Kind: Unexpected, Status: status, Problem: problem, Description: d.title}
}

// saysFailed says of an answer with a status of success whether it is an error
// nevertheless.
func (d *document) saysFailed() bool {
	o := d.object
	if o == nil {
		return false
	}
	for _, name := range []string{"error", "errors", "fault"} {
		if !isNothing(o[name]) {
			return true
		}
	}
	status, _ := o["status"].(string)
	return o["ok"] == false || o["success"] == false || status != "" && vague[strings.ToLower(status)]
}

// complains is the error of a success that has no token, but a code and a
// message; nil for none.
func (d *document) complains(status int) *Error {
	c := complaintIn(d.value)
	if c.code == "" || c.description == "" || fine[strings.ToLower(c.code)] {
		return nil
	}
	return &Error{Kind: Failed, Status: status, Code: c.code, Description: c.description, URI: c.uri}
}

// fine are codes that mean success.
var fine = map[string]bool{"200": true, "ok": true, "success": true, "succeeded": true, "true": true}

// isNothing says whether a member that tells errors tells none.
func isNothing(v any) bool {
	switch v := v.(type) {
	case nil:
		return true
	case bool:
		return !v
	case []any:
		return len(v) == 0
	case map[string]any:
		return len(v) == 0
	}
	text, _ := scalar(v)
	n, number := numberOf(text)
	return text == "" || number && n == 0
}

// A complaint is what a server says went wrong.
type complaint struct{ code, description, uri string }

// How servers name the parts of a complaint, the best first.
var (
	codeNames = []string{
		"error", "error_code", "errorCode", "errorcode", "error_type", "errcode", "code", "__type", "type", "status",
	}
	descriptionNames = []string{
		"error_description", "errorDescription", "error_message", "errorMessage", "errorSummary", "error_msg", "errmsg",
		"message", "Message", "msg", "detail", "description", "faultstring", "reason", "title",
	}
)

// complaintIn finds what a server complains of: by RFC 6749 5.2, or in one of
// the ways of those who follow their own.
func complaintIn(v any) complaint {
	if list, ok := v.([]any); ok && len(list) > 0 {
		v = list[0]
	}
	o, _ := v.(map[string]any)
	c := directComplaint(o)
	if word, ok := o["error"].(string); ok && word != "" {
		return c
	}
	for _, name := range []string{"error", "errors", "fault", "data"} {
		if inner := innerComplaint(name, o[name]); inner != (complaint{}) {
			return complaint{first(inner.code, c.code), first(inner.description, c.description), first(inner.uri, c.uri)}
		}
	}
	return c
}

// innerComplaint looks into the member name of an answer.
func innerComplaint(name string, v any) complaint {
	if list, ok := v.([]any); ok && len(list) > 0 {
		v = list[0]
	}
	switch v := v.(type) {
	case string:
		if name != "data" {
			return complaint{description: v}
		}
	case map[string]any:
		if name != "data" || !isNothing(v["error_code"]) {
			return directComplaint(v)
		}
	}
	return complaint{}
}

// directComplaint reads the members of an object.
func directComplaint(o map[string]any) complaint {
	var c complaint
	for _, name := range descriptionNames {
		if text, _ := o[name].(string); text != "" {
			c.description = text
			break
		}
	}
	c.uri, _ = o["error_uri"].(string)
	c.code = codeIn(o)
	if strings.ContainsAny(c.code, " \t\r\n") { // prose
		c.description, c.code = first(c.description, c.code), ""
	}
	return c
}

// codeIn finds the code of an error: a word, else a number.
func codeIn(o map[string]any) string {
	number := ""
	for _, name := range codeNames {
		text, _ := scalar(o[name])
		switch _, isNumber := numberOf(text); {
		case isNothing(o[name]) || vague[strings.ToLower(text)]:
		case isNumber:
			number = first(number, text)
		case name != "type" || !strings.ContainsAny(text, ":/"): // a URI by RFC 9457
			return text
		}
	}
	return number
}

// vague are words that say no more than that there is an error.
var vague = map[string]bool{"": true, "error": true, "fail": true, "failed": true, "failure": true, "nok": true, "ko": true}
