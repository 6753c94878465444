package auth

import (
	"bytes"
	"context"
	"encoding/json"
	"io"
	"net/http"
	"slices"
	"strings"
)

// respond makes an answer.
func respond(req *http.Request, code int, kind, body string, header ...string) *http.Response {
	h := http.Header{}
	if kind != "" {
		h.Set("Content-Type", kind)
	}
	for i := 0; i+1 < len(header); i += 2 {
		h.Set(header[i], header[i+1])
	}
	return &http.Response{
		StatusCode: code, Proto: "HTTP/1.1", ProtoMajor: 1, ProtoMinor: 1, Header: h,
		Body: io.NopCloser(strings.NewReader(body)), ContentLength: int64(len(body)), Request: req,
	}
}

// echo gives what came with a request, as careless servers say it in errors.
func echo(req *http.Request) string {
	texts := []string{req.Header.Get("Authorization")}
	for name := range req.Header {
		texts = append(texts, req.Header.Get(name))
	}
	texts = append(texts, req.URL.RawQuery)
	if req.Body != nil {
		body, _ := io.ReadAll(req.Body)
		req.Body = io.NopCloser(bytes.NewReader(body))
		texts = append(texts, string(body))
	}
	slices.Sort(texts[1:])
	return strings.Join(texts, " ")
}

// complaint is the body of an error, which repeats what was sent.
func complaint(code string, req *http.Request) string {
	body, err := json.Marshal(map[string]string{"error": code, "error_description": "the server did not like " + echo(req)})
	if err != nil {
		return "{}"
	}
	return string(body)
}

// status answers with an error status.
func status(code int, header ...string) answerer {
	return func(_ *faulty, req *http.Request, _ func() *http.Response) (*http.Response, error) {
		return respond(req, code, "application/json", complaint("unavailable", req), header...), nil
	}
}

// A timeoutError is that of a network.
type timeoutError struct{}

func (timeoutError) Error() string { return "timeout" }

// Timeout is true, and so is Temporary: both make it a net.Error.
func (timeoutError) Timeout() bool   { return true }
func (timeoutError) Temporary() bool { return true }

// Unwrap gives the error of a context that ended.
func (timeoutError) Unwrap() error { return context.DeadlineExceeded }

func timeout(*faulty, *http.Request, func() *http.Response) (*http.Response, error) {
	return nil, timeoutError{}
}

// cutOff sends half of an answer and ends the connection.
func cutOff(_ *faulty, req *http.Request, _ func() *http.Response) (*http.Response, error) {
	resp := respond(req, http.StatusOK, "application/json", "")
	resp.Body = io.NopCloser(io.MultiReader(strings.NewReader(`{"id":`), broken{}))
	resp.ContentLength = -1
	return resp, nil
}

// A broken is a connection that ended.
type broken struct{}

// Read fails.
func (broken) Read([]byte) (int, error) { return 0, io.ErrUnexpectedEOF }

// answerLost has the request its effect, and loses the answer.
func answerLost(_ *faulty, _ *http.Request, good func() *http.Response) (*http.Response, error) {
	_ = good().Body.Close()
	return nil, io.ErrUnexpectedEOF
}

func truncated(_ *faulty, req *http.Request, _ func() *http.Response) (*http.Response, error) {
	return respond(req, http.StatusOK, "application/json", `{"access_token":"ab", "id": "10`), nil
}

func page(_ *faulty, req *http.Request, _ func() *http.Response) (*http.Response, error) {
	return respond(req, http.StatusOK, "text/html; charset=utf-8", "<!DOCTYPE html><html><head><title>Sign in</title></head><body>Sign in</body></html>"), nil
}

func empty(_ *faulty, req *http.Request, _ func() *http.Response) (*http.Response, error) {
	return respond(req, http.StatusOK, "", ""), nil
}

func scopeMissing(_ *faulty, req *http.Request, _ func() *http.Response) (*http.Response, error) {
	return respond(req, http.StatusForbidden, "application/json", complaint("insufficient_scope", req), "WWW-Authenticate", `Bearer error="insufficient_scope", scope="read"`), nil
}

func errorInside(_ *faulty, req *http.Request, _ func() *http.Response) (*http.Response, error) {
	return respond(req, http.StatusOK, "application/json", complaint("invalid_grant", req)), nil
}

// changed answers as the provider does, but for some members, at any depth.
func changed(req *http.Request, good func() *http.Response, change func(map[string]any)) *http.Response {
	resp := good()
	body, err := io.ReadAll(resp.Body)
	_ = resp.Body.Close()
	resp.Body = io.NopCloser(bytes.NewReader(body))
	var v any
	if err != nil || json.Unmarshal(body, &v) != nil {
		return resp
	}
	walk(v, change)
	made, err := json.Marshal(v)
	if err != nil {
		return resp
	}
	again := respond(req, resp.StatusCode, "", string(made))
	again.Header = resp.Header
	return again
}

// walk visits the objects of a value.
func walk(v any, visit func(map[string]any)) {
	switch v := v.(type) {
	case map[string]any:
		visit(v)
		for _, item := range v {
			walk(item, visit)
		}
	case []any:
		for _, item := range v {
			walk(item, visit)
		}
	}
}

// without leaves out members whose names have a word.
func without(word string) func(map[string]any) {
	return func(m map[string]any) {
		for name := range m {
			if strings.Contains(strings.ToLower(name), word) {
				delete(m, name)
			}
		}
	}
}

func withoutLifetime(_ *faulty, req *http.Request, good func() *http.Response) (*http.Response, error) {
	return changed(req, good, without("expire")), nil
}

// withoutRefreshToken gives no new refresh token, and leaves the old one good.
func withoutRefreshToken(x *faulty, req *http.Request, good func() *http.Response) (*http.Response, error) {
	tokens := x.provider.Tokens()
	dead := make([]bool, len(tokens))
	for i, t := range tokens {
		dead[i] = t.Dead
	}
	resp := changed(req, good, without("refresh"))
	for i, t := range tokens {
		t.Dead = dead[i]
	}
	return resp, nil
}

// rotated gives a new refresh token where the provider of a spec does not, since
// nothing in the spec reads one, and wants it from then on.
func rotated(x *faulty, req *http.Request, good func() *http.Response) (*http.Response, error) {
	const fresh = "simrotated0123456789abcdef"
	if x.Option.Type() != "oauth2" || !x.Methods.Has(refreshMethod) {
		x.hits--
		return nil, nil //nolint:nilnil // the right answer, as simulate.Fault has it
	}
	if x.remembers == nil {
		resp := changed(req, good, func(map[string]any) {})
		body, _ := io.ReadAll(resp.Body)
		var v map[string]any
		if json.Unmarshal(body, &v) != nil || v["refresh_token"] != nil {
			resp.Body = io.NopCloser(bytes.NewReader(body))
			return resp, nil
		}
		v["refresh_token"] = fresh
		made, err := json.Marshal(v)
		if err != nil {
			return nil, err
		}
		x.remembers = string(made)
		return respond(req, resp.StatusCode, "application/json", string(made)), nil
	}
	again, _ := x.remembers.(string)
	if strings.Contains(echo(req), fresh) {
		return respond(req, http.StatusOK, "application/json", again), nil
	}
	return respond(req, http.StatusBadRequest, "application/json", `{"error":"invalid_grant","error_description":"the refresh token was used before"}`), nil
}
