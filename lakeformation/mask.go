package lakeformation

import (
	"net/http"
	"net/url"
	"regexp"
	"strings"
	"unicode"
	"unicode/utf8"
)

const (
	masked     = "[masked]"
	maxCode    = 64 // runes
	maxMessage = 600
)

var (
	// What follows one of these in an answer may be a secret or a signed request that holds one, to the end. A real
	// APIG.0301 repeats the canonical request, and with it the security token.
	secretFollows = regexp.MustCompile(`(?i)(canonical[\s_-]*request|string[\s_-]*to[\s_-]*sign|signed[\s_-]*headers|SDK-HMAC-SHA256|` +
		`(authorization|x-[a-z-]*token|x-sdk-[a-z0-9-]+|token|credentials?|password|passwd|pwd|signature|secret|(\b|_)(access|sk|ak)|` +
		`(secret|access)[\s._-]*(access[\s._-]*)?key([\s._-]*id)?)[\\"']*\s*[:=])`)
	// IAM tokens and signatures, wherever they stand; user and password of a URL, as in a proxy's address.
	secretShape = regexp.MustCompile(`MII[A-Za-z0-9+/=_-]{20,}|\b[0-9a-fA-F]{64}\b`)
	userInURL   = regexp.MustCompile(`://[^/\s]*@`)
	// unescape undoes what JSON writers do to the characters of tokens, where a text was not parsed as JSON.
	unescape = strings.NewReplacer(`\/`, "/", `\"`, `"`, `\u003d`, "=", `\u003D`, "=", `\u0026`, "&", `\u002b`, "+", `\u002B`, "+", `\u002f`, "/", `\u002F`, "/")
)

// tidy makes one short line of a text from outside: no control or invisible characters, nothing secret, at most max
// runes. The values given in secrets are masked wherever they stand.
func tidy(text string, max int, secrets ...string) string {
	return clip(mask(strings.Join(strings.Fields(plain(unescape.Replace(text))), " "), secrets...), max)
}

// plain makes every blank a space and drops control and invisible characters.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		switch {
		case unicode.IsSpace(r):
			return ' '
		case unicode.IsControl(r) || unicode.Is(unicode.Cf, r):
			return -1
		}
		return r
	}, strings.ToValidUTF8(text, ""))
}

// mask blacks out what is or may be a secret in one line of plain text.
func mask(line string, secrets ...string) string {
	for _, secret := range secrets {
		// Shorter ones would mask ordinary words; no real key or token is.
		if len(secret) >= 4 {
			line = maskSecret(maskSecret(line, secret), url.QueryEscape(secret))
		}
	}
	if at := secretFollows.FindStringIndex(line); at != nil {
		line = line[:at[1]] + masked
	}
	line = userInURL.ReplaceAllString(line, "://"+masked+"@")
	return secretShape.ReplaceAllString(line, masked)
}

// maskSecret masks a secret wherever it stands, also where it was cut off after its first characters.
func maskSecret(line, secret string) string {
	const telling = 12
	begin := secret[:min(telling, len(secret))]
	for from := 0; ; {
		at := strings.Index(line[from:], begin)
		if at < 0 {
			return line
		}
		at += from
		n := len(begin)
		for n < len(secret) && at+n < len(line) && line[at+n] == secret[n] {
			n++
		}
		line = line[:at] + masked + line[at+n:]
		from = at + len(masked)
	}
}

// clip keeps at most max runes and shows where it cut.
func clip(text string, max int) string {
	if len(text) <= max || utf8.RuneCountInString(text) <= max {
		return text
	}
	runes := 0
	for i := range text {
		if runes++; runes == max {
			return text[:i] + "…"
		}
	}
	return text
}

// secretsOf gives the values in the headers of a request that no text may repeat.
func secretsOf(header http.Header) []string {
	secrets := []string{header.Get("X-Auth-Token"), header.Get("X-Security-Token"), header.Get("Authorization")}
	if _, rest, ok := strings.Cut(header.Get("Authorization"), "Access="); ok {
		accessKey, _, _ := strings.Cut(rest, ",")
		secrets = append(secrets, accessKey)
	}
	return secrets
}
