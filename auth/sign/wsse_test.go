package sign_test

import (
	"encoding/hex"
	"net/http"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/connector-spec/connector/auth/sign"
)

// TestWSSE begins with the example that the authors of the header published
// (https://www.xml.com/pub/a/2003/12/17/dive.html), whose nonce is a text. The
// others differ from it in the encodings alone; their digests were made with
// another
// implementation of SHA-1.
func TestWSSE(t *testing.T) {
	t.Parallel()
	nonce, err := hex.DecodeString("d36e316282959a9ed4c89851497a717f")
	if err != nil {
		t.Fatal(err)
	}
	tests := []struct {
		name string
		wsse sign.WSSE
		want string
	}{
		{
			"the published example",
			sign.WSSE{HexNonce: true},
			`UsernameToken Username="bob", PasswordDigest="quR/EWLAV4xLf9Zqyw4pDmfV9OY=", Nonce="d36e316282959a9ed4c89851497a717f", Created="2003-12-15T14:43:07Z"`,
		},
		{
			"the profile",
			sign.WSSE{},
			`UsernameToken Username="bob", PasswordDigest="xzwbFlkhLtAK/hc7kIcULNndAxI=", Nonce="024xYoKVmp7UyJhRSXpxfw==", Created="2003-12-15T14:43:07Z"`,
		},
		{
			"Emarsys",
			sign.WSSE{HexNonce: true, HexDigest: true},
			`UsernameToken Username="bob", PasswordDigest="YWFlNDdmMTE2MmMwNTc4YzRiN2ZkNjZhY2IwZTI5MGU2N2Q1ZjRlNg==", Nonce="d36e316282959a9ed4c89851497a717f", Created="2003-12-15T14:43:07Z"`,
		},
		{
			"the profile with the digits of the digest",
			sign.WSSE{HexDigest: true},
			`UsernameToken Username="bob", PasswordDigest="YzczYzFiMTY1OTIxMmVkMDBhZmUxNzNiOTA4NzE0MmNkOWRkMDMxMg==", Nonce="024xYoKVmp7UyJhRSXpxfw==", Created="2003-12-15T14:43:07Z"`,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			w := tt.wsse
			w.Username, w.Password, w.World = "bob", "taadtaadpstcsm", worldWith(nonce)
			// 14:43:07 in UTC, told by a clock elsewhere.
			w.Now = func() time.Time { return time.Date(2003, 12, 15, 9, 43, 7, 5, time.FixedZone("", -5*3600)) }
			r := request(t, "GET", "https://api.example.com/")
			if err := w.Sign(r); err != nil {
				t.Fatal(err)
			}
			want := http.Header{"X-Wsse": {tt.want}, "Authorization": {`WSSE profile="UsernameToken"`}}
			if diff := cmp.Diff(want, r.Header); diff != "" {
				t.Errorf("header (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWSSEUserName(t *testing.T) {
	t.Parallel()
	w := &sign.WSSE{Username: `a"b\c`, World: testWorld(1)}
	r := request(t, "GET", "https://api.example.com/")
	r.Header.Set("Authorization", "Bearer abc")
	if err := w.Sign(r); err != nil {
		t.Fatal(err)
	}
	const want = `UsernameToken Username="a\"b\\c", `
	if got := r.Header.Get("X-WSSE"); got[:len(want)] != want {
		t.Errorf("header %s", got)
	}
	if got := r.Header.Get("Authorization"); got != "Bearer abc" {
		t.Errorf("Authorization %q, want it as it was", got)
	}
}

func TestWSSEErrors(t *testing.T) {
	t.Parallel()
	tests := []struct {
		name string
		wsse sign.WSSE
		want string
	}{
		{"a user name of two lines", sign.WSSE{Username: "canary\r\nb", World: testWorld(1)}, "the WSSE user name holds a control character"},
		{"no randomness", sign.WSSE{World: worldWith(nil)}, "make a WSSE nonce: EOF"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			t.Parallel()
			if err := tt.wsse.Sign(request(t, "GET", "https://api.example.com/")); err == nil || err.Error() != tt.want {
				t.Errorf("error %v, want %s", err, tt.want)
			}
		})
	}
}

func BenchmarkWSSE(b *testing.B) {
	w := &sign.WSSE{Username: "bob", Password: "taadtaadpstcsm", World: liveWorld()}
	r := request(b, "GET", "https://api.example.com/items?page=2")
	for b.Loop() {
		if err := w.Sign(r); err != nil {
			b.Fatal(err)
		}
	}
}
