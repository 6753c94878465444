package apis

import (
	"crypto/md5"
	"encoding/hex"
	"encoding/xml"
	"io"
	"maps"
	"net/http"
	"slices"
	"strings"
	"sync"
)

// A key pair, and where it is good.
const (
	s3AccessKey = "LOOPBACKEXAMPLE00001"
	s3SecretKey = "wJalrXUtnFEMI/K7MDENG+bPxRfiCYLOOPBACKKEY"
	s3Region    = "us-east-1"
)

// s3 is as much of "Amazon S3" as the example asks for: a list of buckets, the
// objects of a bucket, and one that is put there,
// https://docs.aws.amazon.com/AmazonS3/latest/API/.
type s3 struct {
	sigV4Verifier

	mu      sync.Mutex
	objects map[string]map[string]string // by bucket and key
}

func newS3() http.Handler {
	return &s3{
		sigV4Verifier: sigV4Verifier{service: "s3", region: s3Region, accessKeyID: s3AccessKey, secretAccessKey: s3SecretKey},
		objects: map[string]map[string]string{
			"reports": {"2026/first.txt": "Welcome.\n", "notes.txt": "Note G\n"},
			"scratch": {},
		},
	}
}

// s3Status are the statuses of the errors of S3.
var s3Status = map[string]int{
	"AccessDenied": 403, "InvalidAccessKeyId": 403, "SignatureDoesNotMatch": 403, "RequestTimeTooSkewed": 403,
	"AuthorizationHeaderMalformed": 400, "XAmzContentSHA256Mismatch": 400, "EntityTooLarge": 400,
	"NoSuchBucket": 404, "NoSuchKey": 404, "MethodNotAllowed": 405,
}

type s3Error struct {
	XMLName   xml.Name `xml:"Error"`
	Code      string
	Message   string
	RequestID string `xml:"RequestId"`
}

func s3Refuse(w http.ResponseWriter, code string) {
	s3Answer(w, s3Status[code], s3Error{Code: code, Message: "The request is refused: " + code + ".", RequestID: "LOOPBACK00000001"})
}

func s3Answer(w http.ResponseWriter, status int, v any) {
	w.Header().Set("Content-Type", "application/xml")
	w.WriteHeader(status)
	_, _ = io.WriteString(w, xml.Header)
	_ = xml.NewEncoder(w).Encode(v)
}

func (s *s3) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 1<<20))
	if err != nil {
		s3Refuse(w, "EntityTooLarge")
		return
	}
	if code := s.verify(r, body); code != "" {
		s3Refuse(w, code)
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	bucket, key, _ := strings.Cut(strings.TrimPrefix(r.URL.Path, "/"), "/")
	switch {
	case bucket == "" && r.Method == http.MethodGet:
		s.buckets(w)
	case s.objects[bucket] == nil:
		s3Refuse(w, "NoSuchBucket")
	case key == "" && r.Method == http.MethodGet && r.URL.Query().Get("list-type") == "2":
		s.list(w, bucket, r.URL.Query().Get("prefix"))
	case key != "" && r.Method == http.MethodPut:
		sum := md5.Sum(body)
		s.objects[bucket][key] = string(body)
		w.Header().Set("ETag", `"`+hex.EncodeToString(sum[:])+`"`)
	case key != "" && r.Method == http.MethodGet:
		text, ok := s.objects[bucket][key]
		if !ok {
			s3Refuse(w, "NoSuchKey")
			return
		}
		_, _ = io.WriteString(w, text)
	default:
		s3Refuse(w, "MethodNotAllowed")
	}
}

type s3Bucket struct{ Name, CreationDate string }

// buckets is ListBuckets.
func (s *s3) buckets(w http.ResponseWriter) {
	s3Answer(w, http.StatusOK, struct {
		XMLName xml.Name   `xml:"ListAllMyBucketsResult"`
		Space   string     `xml:"xmlns,attr"`
		Owner   string     `xml:"Owner>ID"`
		Buckets []s3Bucket `xml:"Buckets>Bucket"`
	}{
		Space: "http://s3.amazonaws.com/doc/2006-03-01/", Owner: "acme-storage",
		Buckets: []s3Bucket{{"reports", "2026-01-25T18:44:36.000Z"}, {"scratch", "2026-02-11T08:00:00.000Z"}},
	})
}

type s3Object struct {
	Key  string
	Size int
}

// list is ListObjectsV2, of which everything is on the first page.
func (s *s3) list(w http.ResponseWriter, bucket, prefix string) {
	var contents []s3Object
	for _, key := range slices.Sorted(maps.Keys(s.objects[bucket])) {
		if strings.HasPrefix(key, prefix) {
			contents = append(contents, s3Object{key, len(s.objects[bucket][key])})
		}
	}
	s3Answer(w, http.StatusOK, struct {
		XMLName     xml.Name `xml:"ListBucketResult"`
		Name        string
		Prefix      string
		KeyCount    int
		IsTruncated bool
		Contents    []s3Object
	}{Name: bucket, Prefix: prefix, KeyCount: len(contents), Contents: contents})
}
