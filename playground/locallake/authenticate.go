package locallake

import (
	"crypto/hmac"
	"fmt"
	"slices"
	"strings"
	"time"
)

const (
	sdkDate = "20060102T150405Z"
	maxSkew = 15 * time.Minute
)

// authenticate is nil for a caller who may go on, else the gateway's refusal.
func (s *Server) authenticate(c *call) *answer {
	var refusal *answer
	switch token := c.Header.Get("X-Auth-Token"); {
	case c.Header.Get("Authorization") != "":
		refusal = s.checkSignature(c)
	case token != "":
		refusal = s.checkToken(c, token)
	default:
		refusal = refuse(c, "APIG.0301", "Incorrect IAM authentication information: x-auth-token not found")
	}
	if refusal != nil {
		return refusal
	}
	// Only /v1 paths carry a project; the header must not name another one.
	if c.project != "" && c.project != s.cfg.ProjectID || !slices.Contains([]string{"", s.cfg.ProjectID}, c.Header.Get("X-Project-Id")) {
		a := lakeError(400, "lakeformation.00000021", "the project of the token is not the project of the URL")
		return &a
	}
	return nil
}

func refuse(c *call, code, message string) *answer {
	a := gatewayError(c, 401, code, message)
	return &a
}

func (s *Server) checkToken(c *call, token string) *answer {
	switch s.tokens.check(token, s.cfg.Clock.Now()) {
	case tokenGood:
		return nil
	case tokenExpired:
		return refuse(c, "APIG.0307", "The token must be updated")
	default:
		a := jsonText(401, body401)
		return &a
	}
}

func (s *Server) checkSignature(c *call) *answer {
	incorrect := func(why string) *answer {
		return refuse(c, "APIG.0301", "Incorrect IAM authentication information: "+why)
	}
	auth, err := parseAuthorization(c.Header.Get("Authorization"))
	if err != nil {
		return incorrect(err.Error())
	}
	keys, ended, known := s.keysOf(auth.access)
	switch {
	case !known:
		return incorrect("aksk authentication failed, access key not found")
	case ended:
		return incorrect("the security token has expired")
	}
	date := c.Header.Get("X-Sdk-Date")
	at, err := time.Parse(sdkDate, date)
	if err != nil || !slices.Contains(auth.signed, "x-sdk-date") {
		return incorrect("x-sdk-date must be sent, in the form " + sdkDate + ", and signed")
	}
	now := s.cfg.Clock.Now()
	if s.cfg.RejectOldSignatures && now.Sub(at).Abs() > maxSkew {
		return incorrect(fmt.Sprintf("signature expired, signature time:%s,server time:%s", date, now.UTC().Format(sdkDate)))
	}
	if c.Header.Get("X-Security-Token") != keys.token ||
		keys.token != "" && !slices.Contains(auth.signed, "x-security-token") {
		return incorrect("the security token is invalid or not signed")
	}
	canonical := canonicalRequest(c.Request, auth.signed, c.body)
	if !hmac.Equal([]byte(sign(keys.secret, date, canonical)), []byte(auth.signature)) {
		return signatureEcho(c, canonical)
	}
	return nil
}

// signatureEcho is how the real gateway refuses a signature: it repeats the
// canonical request, a signed security token included.
func signatureEcho(c *call, canonical string) *answer {
	return refuse(c, "APIG.0301", "Incorrect IAM authentication information: verify aksk signature fail, canonicalRequest:"+
		strings.ReplaceAll(canonical, "\n", "|"))
}
