package locallake

import (
	"crypto/rand"
	"encoding/hex"
	"sync"
	"time"
)

const (
	agencyKeysFor   = time.Hour        // as documented
	agencyKeysAhead = 10 * time.Minute // how long before their end there are new ones
)

// keys are an access key and what belongs to it.
type keys struct {
	access, secret, token string
	ends                  time.Time // zero: never
}

// ecs is what the metadata service of the machine has given out.
type ecs struct {
	mu     sync.Mutex
	issued []keys // oldest first
	token  string // to ask with, once one was asked for
	renew  bool   // the next keys are others
	gone   bool   // the agency was taken away
}

func newECS() *ecs { return &ecs{} }

func secretWord(bytes int) string {
	b := make([]byte, bytes)
	_, _ = rand.Read(b) // never fails
	return hex.EncodeToString(b)
}

// keysOf finds the keys of an access key, and whether their time is over.
func (s *Server) keysOf(access string) (k keys, ended, known bool) {
	if s.cfg.AccessKey != "" && access == s.cfg.AccessKey {
		return keys{access, s.cfg.SecretKey, s.cfg.SecurityToken, time.Time{}}, false, true
	}
	s.ecs.mu.Lock()
	defer s.ecs.mu.Unlock()
	for _, k := range s.ecs.issued {
		if k.access == access {
			return k, !s.cfg.Clock.Now().Before(k.ends), true
		}
	}
	return keys{}, false, false
}

// issueMetadataToken gives the token that the metadata service is asked with from then on.
func (s *Server) issueMetadataToken(c *call) answer {
	if !s.cfg.Agency || c.Header.Get("X-Metadata-Token-Ttl-Seconds") == "" {
		return answer{status: 404}
	}
	s.ecs.mu.Lock()
	defer s.ecs.mu.Unlock()
	s.ecs.token = "metadata-" + secretWord(16)
	return answer{status: 200, body: []byte(s.ecs.token)}
}

// showAgencyKeys gives the agency's temporary keys: the same until ten minutes before their end.
func (s *Server) showAgencyKeys(c *call) answer {
	s.ecs.mu.Lock()
	defer s.ecs.mu.Unlock()
	switch now := s.cfg.Clock.Now(); {
	case !s.cfg.Agency || s.ecs.gone:
		return jsonText(401, `{"error":{"message":"Please configure Cloud Service Agency first","code":401,"title":"Unauthorized"}}`)
	case s.ecs.token == "" || c.Header.Get("X-Metadata-Token") != s.ecs.token:
		return jsonText(401, `{"error":{"message":"Unauthorized","code":401,"title":"Unauthorized"}}`)
	case len(s.ecs.issued) == 0 || s.ecs.renew || now.After(s.ecs.issued[len(s.ecs.issued)-1].ends.Add(-agencyKeysAhead)):
		s.ecs.issued = append(s.ecs.issued, keys{"AGENCY" + secretWord(7), secretWord(20), "agency-token-" + secretWord(1000), now.Add(agencyKeysFor)})
		s.ecs.renew = false
	}
	k := s.ecs.issued[len(s.ecs.issued)-1]
	return jsonAnswer(200, map[string]any{"credential": map[string]string{
		"access": k.access, "secret": k.secret, "securitytoken": k.token, "expires_at": k.ends.UTC().Format("2006-01-02T15:04:05.000000Z"),
	}})
}

// RenewAgencyKeys has the agency give other keys from now on, as a change of the agency does. Those it gave stay good.
func (s *Server) RenewAgencyKeys() {
	s.ecs.mu.Lock()
	defer s.ecs.mu.Unlock()
	s.ecs.renew = true
}

// TakeAgency takes the agency from the ECS: its keys are refused, and there are no others.
func (s *Server) TakeAgency() {
	s.ecs.mu.Lock()
	defer s.ecs.mu.Unlock()
	s.ecs.gone, s.ecs.issued = true, nil
}
