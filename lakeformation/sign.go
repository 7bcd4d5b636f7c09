package lakeformation

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"io"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
	"time"
)

// AKSK signs each request with an access key and a secret key (SDK-HMAC-SHA256); the secret key itself is never
// sent. SecurityToken belongs to temporary keys and is empty otherwise. A clock that is more than 15 minutes off is
// refused by the service.
type AKSK struct {
	AccessKey     string
	SecretKey     string `json:"-"`
	SecurityToken string `json:"-"`
}

// signedNames are signed where the request has them. Host and Content-Type are left out, as in the service's own SDK:
// proxies may change them.
var signedNames = []string{"X-Project-Id", "X-Sdk-Date", "X-Security-Token"}

// Authorize dates and signs the request.
func (k AKSK) Authorize(req *http.Request) error {
	return k.signAt(req, time.Now())
}

func (k AKSK) signAt(req *http.Request, at time.Time) error {
	hash, err := bodyHash(req)
	if err != nil {
		return err
	}
	date := at.UTC().Format("20060102T150405Z")
	req.Header.Set("X-Sdk-Date", date)
	if k.SecurityToken != "" {
		req.Header.Set("X-Security-Token", k.SecurityToken)
	}
	var names, lines []string
	for _, name := range signedNames {
		if value := req.Header.Get(name); value != "" {
			names = append(names, strings.ToLower(name))
			lines = append(lines, strings.ToLower(name)+":"+strings.TrimSpace(value)+"\n")
		}
	}
	signed := strings.Join(names, ";")
	canonical := strings.Join([]string{
		req.Method, canonicalPath(req.URL), canonicalQuery(req.URL.Query()), strings.Join(lines, ""), signed, hash,
	}, "\n")
	sum := sha256.Sum256([]byte(canonical))
	mac := hmac.New(sha256.New, []byte(k.SecretKey))
	mac.Write([]byte("SDK-HMAC-SHA256\n" + date + "\n" + hex.EncodeToString(sum[:])))
	req.Header.Set("Authorization", "SDK-HMAC-SHA256 Access="+k.AccessKey+
		", SignedHeaders="+signed+", Signature="+hex.EncodeToString(mac.Sum(nil)))
	return nil
}

// canonicalPath always ends in "/", in the signature only.
func canonicalPath(u *url.URL) string {
	segments := strings.Split(strings.TrimRight(u.Path, "/"), "/")
	for i := range segments {
		segments[i] = escape(segments[i])
	}
	return strings.Join(segments, "/") + "/"
}

// canonicalQuery is also what the client puts on the wire, so that both sides read the same bytes.
func canonicalQuery(query url.Values) string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(query)) {
		for _, value := range slices.Sorted(slices.Values(query[key])) {
			pairs = append(pairs, escape(key)+"="+escape(value))
		}
	}
	return strings.Join(pairs, "&")
}

// bodyHash reads a copy of the body; the original stays unread for the transport.
func bodyHash(req *http.Request) (string, error) {
	hash := sha256.New()
	if req.Body != nil && req.Body != http.NoBody {
		if req.GetBody == nil {
			return "", errors.New("a body that can be read only once cannot be signed")
		}
		body, err := req.GetBody()
		if err != nil {
			return "", err
		}
		defer func() { _ = body.Close() }()
		if _, err := io.Copy(hash, body); err != nil {
			return "", err
		}
	}
	return hex.EncodeToString(hash.Sum(nil)), nil
}

// Validate says in words what is wrong with the keys.
func (k AKSK) Validate() error {
	var missing error
	if k.AccessKey == "" || k.SecretKey == "" {
		missing = errors.New("the access key or the secret key is empty: both are needed, and they belong together")
	}
	return errors.Join(missing, headerSafe("the access key", k.AccessKey), headerSafe("the secret key", k.SecretKey),
		headerSafe("the security token", k.SecurityToken))
}

// String keeps the keys out of logs.
func (AKSK) String() string { return "AKSK(masked)" }

// GoString keeps the keys out of logs.
func (k AKSK) GoString() string { return k.String() }
