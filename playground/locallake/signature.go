package locallake

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/hex"
	"errors"
	"maps"
	"net/http"
	"net/url"
	"slices"
	"strings"
)

const (
	algorithm       = "SDK-HMAC-SHA256"
	unsignedPayload = "UNSIGNED-PAYLOAD" // of a body that is neither JSON nor BSON
)

// authorization is a parsed Authorization header of the signing kind.
type authorization struct {
	access    string
	signed    []string // lower-case names, in the order the client gave
	signature string
}

func parseAuthorization(header string) (authorization, error) {
	var a authorization
	rest, ok := strings.CutPrefix(header, algorithm+" ")
	if !ok {
		return a, errors.New("the algorithm is not " + algorithm)
	}
	for part := range strings.SplitSeq(rest, ",") {
		switch name, value, _ := strings.Cut(strings.TrimSpace(part), "="); name {
		case "Access":
			a.access = value
		case "SignedHeaders":
			a.signed = strings.Split(strings.ToLower(value), ";")
		case "Signature":
			a.signature = value
		}
	}
	if a.access == "" || a.signature == "" || len(a.signed) == 0 {
		return a, errors.New("one of Access, SignedHeaders and Signature is missing")
	}
	return a, nil
}

// sign is the signature of a canonical request. The key is used as it is; there
// is no derivation by date or region.
func sign(secretKey, date, canonical string) string {
	text := algorithm + "\n" + date + "\n" + hexSHA256([]byte(canonical))
	mac := hmac.New(sha256.New, []byte(secretKey))
	mac.Write([]byte(text))
	return hex.EncodeToString(mac.Sum(nil))
}

func hexSHA256(b []byte) string {
	sum := sha256.Sum256(b)
	return hex.EncodeToString(sum[:])
}

// canonicalRequest follows the request's own SignedHeaders, as other clients
// sign more headers (host, content-type) than Huawei's SDK does.
func canonicalRequest(r *http.Request, signed []string, body []byte) string {
	hash := hexSHA256(body)
	if r.Header.Get("X-Sdk-Content-Sha256") == unsignedPayload && slices.Contains(signed, "x-sdk-content-sha256") {
		hash = unsignedPayload
	}
	var headers strings.Builder
	for _, name := range signed {
		headers.WriteString(name + ":" + strings.TrimSpace(headerValue(r, name)) + "\n")
	}
	return strings.Join([]string{
		r.Method, canonicalPath(r.URL), canonicalQuery(r.URL.Query()),
		headers.String(), strings.Join(signed, ";"), hash,
	}, "\n")
}

func headerValue(r *http.Request, name string) string {
	if name == "host" { // net/http keeps it apart
		return r.Host
	}
	return strings.Join(r.Header.Values(name), ",")
}

// canonicalPath always ends in "/", whatever is on the wire.
func canonicalPath(u *url.URL) string {
	segments := strings.Split(u.EscapedPath(), "/")
	for i, segment := range segments {
		if plain, err := url.PathUnescape(segment); err == nil {
			segments[i] = percentEncode(plain)
		}
	}
	path := strings.Join(segments, "/")
	if !strings.HasSuffix(path, "/") {
		path += "/"
	}
	return path
}

func canonicalQuery(query url.Values) string {
	var pairs []string
	for _, key := range slices.Sorted(maps.Keys(query)) {
		for _, value := range slices.Sorted(slices.Values(query[key])) {
			pairs = append(pairs, percentEncode(key)+"="+percentEncode(value))
		}
	}
	return strings.Join(pairs, "&")
}

// percentEncode leaves only RFC 3986's unreserved characters; url.QueryEscape would not.
func percentEncode(s string) string {
	const digits = "0123456789ABCDEF"
	var out strings.Builder
	for i := range len(s) {
		c := s[i]
		switch {
		case 'A' <= c && c <= 'Z', 'a' <= c && c <= 'z', '0' <= c && c <= '9', strings.IndexByte("-_.~", c) >= 0:
			out.WriteByte(c)
		default:
			out.Write([]byte{'%', digits[c>>4], digits[c&15]})
		}
	}
	return out.String()
}
