package formpage_test

import (
	"context"
	"errors"
	"net/http"
	"net/http/httptrace"
	"strings"
	"testing"
	"time"

	"github.com/connector-spec/connector/cmd/connector/internal/form"
	"github.com/connector-spec/connector/cmd/connector/internal/formpage"
)

// answered is a visitor who has filled in the form.
func answered(t testing.TB, s *formpage.Server) *visitor {
	t.Helper()
	v := visit(t, s)
	v.send(v.filled("input.host", "demo", "input.key", "secret"))
	if _, err := s.Answers(t.Context()); err != nil {
		t.Fatal(err)
	}
	return v
}

func TestProgress(t *testing.T) {
	t.Parallel()
	s := serve(t, formpage.ServeOptions{Page: small(t)})
	v := answered(t, s)
	has(t, v.page(), true, "Preparing", `<noscript><meta http-equiv="refresh" content="2"></noscript>`)

	s.Step("Log in", formpage.Running, "")
	s.Step("Test", formpage.Waiting, "")
	s.Login("https://login.example.com/authorize?state=xyz")
	// Another tab, which has not sent the answers, is not led anywhere.
	has(t, v.do(http.MethodGet, v.base, nil, nil).body, false, `content="0;`)
	page := v.page()
	has(t, page, true, "Log in at login.example.com", `<meta http-equiv="refresh" content="0; url=https://login.example.com/authorize?state=xyz">`,
		`<a class="button" href="https://login.example.com/authorize?state=xyz" rel="noreferrer">`)
	// Who comes back is not led away again.
	has(t, v.page(), false, `content="0;`)
	s.Step("Log in", formpage.Passed, "as Ada")
	page = v.page()
	has(t, page, true, "as Ada", `class="passed"`, `class="waiting"`)
	has(t, page, false, "login.example.com")
	if strings.Index(page, "Log in") > strings.Index(page, "Test") {
		t.Error("the steps have lost their order")
	}

	s.Retry([]form.Problem{{Message: "401 Unauthorized"}})
	has(t, v.page(), true, "It could not be connected", "401 Unauthorized", `value="demo"`)
}

// TestStateWaits wants the script to be told of a change when it is made.
func TestStateWaits(t *testing.T) {
	t.Parallel()
	s := serve(t, formpage.ServeOptions{Page: small(t)})
	v := answered(t, s)
	first := v.do(http.MethodGet, v.base+"state?after=-1", nil, nil).body
	if want := `{"version":1,"phase":"progress","steps":[]}` + "\n"; first != want {
		t.Fatalf("the state is %s, want %s", first, want)
	}
	asked := make(chan string)
	go func() { asked <- v.do(http.MethodGet, v.base+"state?after=1", nil, nil).body }()
	select {
	case got := <-asked:
		t.Fatalf("it does not wait: %s", got)
	case <-time.After(50 * time.Millisecond):
	}
	s.Step("Test", formpage.Passed, "200 OK")
	want := `{"version":2,"phase":"progress","steps":[{"name":"Test","state":"passed","word":"done","message":"200 OK"}]}` + "\n"
	if got := <-asked; got != want {
		t.Errorf("the state is %s, want %s", got, want)
	}
}

// TestCloseWaitsForTheLastPage wants a browser that follows to get the end.
func TestCloseWaitsForTheLastPage(t *testing.T) {
	t.Parallel()
	s := serve(t, formpage.ServeOptions{Page: small(t)})
	v := answered(t, s)
	s.Done(formpage.Outcome{OK: true, Label: "ada@example.com", Message: "It is kept."})
	s.Step("Test", formpage.Failed, "too late")
	closed := make(chan error)
	go func() { closed <- s.Close(t.Context()) }()
	select {
	case err := <-closed:
		t.Fatalf("it is closed before the page was seen: %v", err)
	case <-time.After(50 * time.Millisecond):
	}
	page := v.page()
	has(t, page, true, "Small is connected", "ada@example.com", "It is kept.", "You can close this page")
	has(t, page, false, "too late", "<script>", "refresh")
	if err := <-closed; err != nil {
		t.Error(err)
	}
	if _, err := http.Get(s.Back()); err == nil {
		t.Error("it still answers")
	}
}

// TestCloseDoesNotWait ends at once where nobody looks, and for who only waits
// for news.
func TestCloseDoesNotWait(t *testing.T) {
	t.Parallel()
	unseen := serve(t, formpage.ServeOptions{Page: small(t), Patience: time.Minute})
	unseen.Done(formpage.Outcome{})
	if err := unseen.Close(t.Context()); err != nil {
		t.Error(err)
	}

	s := serve(t, formpage.ServeOptions{Page: small(t), Patience: time.Minute})
	v := visit(t, s)
	sent, ended := make(chan struct{}), make(chan struct{})
	ctx := httptrace.WithClientTrace(t.Context(), &httptrace.ClientTrace{WroteRequest: func(httptrace.WroteRequestInfo) { close(sent) }})
	req, err := http.NewRequestWithContext(ctx, http.MethodGet, v.base+"state?after=0", nil)
	if err != nil {
		t.Fatal(err)
	}
	req.AddCookie(v.cookie)
	go func() {
		defer close(ended)
		if resp, err := (&http.Transport{}).RoundTrip(req); err == nil {
			_ = resp.Body.Close()
		}
	}()
	<-sent
	select {
	case <-ended:
		t.Fatal("it does not wait")
	case <-time.After(50 * time.Millisecond):
	}
	start := time.Now()
	if err := s.Close(t.Context()); err != nil || time.Since(start) > 10*time.Second {
		t.Errorf("it is closed after %v: %v", time.Since(start), err)
	}
	<-ended
}

func TestAnswersEnd(t *testing.T) {
	t.Parallel()
	s := serve(t, formpage.ServeOptions{Page: small(t)})
	ctx, cancel := context.WithCancelCause(t.Context())
	why := errors.New("Ctrl-C")
	cancel(why)
	if _, err := s.Answers(ctx); !errors.Is(err, why) {
		t.Errorf("the error is %v, want %v", err, why)
	}
	if err := s.Close(t.Context()); err != nil {
		t.Fatal(err)
	}
	if _, err := s.Answers(t.Context()); !errors.Is(err, http.ErrServerClosed) {
		t.Errorf("the error is %v, want %v", err, http.ErrServerClosed)
	}
}

// TestOnlyTheFirstPostCounts sends a form twice, and looks at the second when
// the first was accepted.
func TestOnlyTheFirstPostCounts(t *testing.T) {
	t.Parallel()
	arrived, proceed := make(chan struct{}), make(chan struct{})
	s := serve(t, formpage.ServeOptions{Page: small(t), Check: func(formpage.Answers) []form.Problem {
		arrived <- struct{}{}
		<-proceed
		return nil
	}})
	v := visit(t, s)
	posted := v.filled("input.host", "demo", "input.key", "secret")
	done := make(chan struct{})
	for range 2 {
		go func() {
			_ = v.do(http.MethodPost, v.base, posted, nil)
			done <- struct{}{}
		}()
	}
	<-arrived
	<-arrived
	proceed <- struct{}{}
	<-done
	if _, err := s.Answers(t.Context()); err != nil {
		t.Fatal(err)
	}
	s.Step("Test", formpage.Passed, "")
	proceed <- struct{}{}
	<-done
	ctx, cancel := context.WithTimeout(t.Context(), 50*time.Millisecond)
	defer cancel()
	if a, err := s.Answers(ctx); !errors.Is(err, context.DeadlineExceeded) {
		t.Errorf("there are other answers: %s, %v", a.Option, err)
	}
	has(t, v.page(), true, "done")
}
