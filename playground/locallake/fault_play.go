package locallake

import (
	"net/http"
	"strings"
	"time"
)

const slowByDefault = 5 * time.Second

// play answers a call that a fault has hit. The gateway's faults need no
// credentials; LakeFormation's are only seen by a caller who got that far.
func (s *Server) play(f armed, c *call) answer {
	kind := kindOf(f.Name)
	delay := f.Delay
	if f.Name == FaultSlow && delay == 0 {
		delay = slowByDefault
	}
	if delay > 0 && !s.wait(delay, f.release) {
		return answer{ending: gone}
	}
	serve := func() answer { return c.handle(s, c) }
	if !kind.Reaches {
		return kind.play(s, c, f.release, serve)
	}
	return s.admit(c, func() answer { return kind.play(s, c, f.release, serve) })
}

// wait waits for the delay or the fault's end; false when the server is closed.
// It goes on for a client that has left: LakeFormation would not know.
func (s *Server) wait(d time.Duration, release <-chan struct{}) bool {
	over := make(chan struct{})
	stop := s.cfg.Clock.AfterFunc(d, func() { close(over) })
	defer stop()
	select {
	case <-over:
		return true
	case <-release:
		return true
	case <-s.done:
		return false
	}
}

// hold waits until the fault is cleared; false when the client or the server is gone.
func (s *Server) hold(c *call, release <-chan struct{}) bool {
	select {
	case <-release:
		return c.Context().Err() == nil
	case <-c.Context().Done():
		return false
	case <-s.done:
		return false
	}
}

func playHang(s *Server, c *call, release <-chan struct{}, serve func() answer) answer {
	if !s.hold(c, release) {
		return answer{ending: gone}
	}
	return serve()
}

func playHangButRuns(s *Server, c *call, release <-chan struct{}, serve func() answer) answer {
	a := serve()
	if !s.hold(c, release) {
		return answer{ending: gone}
	}
	return a
}

// insteadOf does the work and hides its success; a refusal is told as it is.
func insteadOf(play func(*call) answer) playFunc {
	return func(_ *Server, c *call, _ <-chan struct{}, serve func() answer) answer {
		if a := serve(); !a.accepted() {
			return a
		}
		return play(c)
	}
}

func playNoRun(_ *Server, c *call, _ <-chan struct{}, serve func() answer) answer {
	if c.op == OpStart || c.op == OpStop {
		return answer{status: 202}
	}
	return serve()
}

func playRedirect(s *Server, _ *call, _ <-chan struct{}, _ func() answer) answer {
	return answer{status: 302, header: map[string]string{"Location": s.url + "/elsewhere"}}
}

// playEcho repeats the request as it was signed, with the security token even if
// the client left it out of its list.
func playEcho(c *call) answer {
	auth, err := parseAuthorization(c.Header.Get("Authorization"))
	if err != nil {
		auth.signed = []string{"x-project-id", "x-sdk-date"}
	}
	if c.Header.Get("X-Security-Token") != "" && !strings.Contains(strings.Join(auth.signed, ";"), "x-security-token") {
		auth.signed = append(auth.signed, "x-security-token")
	}
	return *signatureEcho(c, canonicalRequest(c.Request, auth.signed, c.body))
}

func playSolution(*call) answer {
	return jsonAnswer(400, errorBody{
		Code: "lakeformation.00000009", Message: "the target catalog does not exist", CommonCode: "CBC.0150",
		Solution: "Create the target catalog, or choose another one in the job, then run the job again.",
	})
}

func playThrottled(c *call) answer {
	return gatewayError(c, 429, "APIG.0308", "The throttling threshold has been reached: policy user over ratelimit,limit:60,time:1 minute")
}

func playTimeout(c *call) answer { return gatewayError(c, 504, "APIG.0203", "Backend timeout") }

func playEmpty(c *call) answer {
	if c.Method == http.MethodGet {
		return jsonText(200, "")
	}
	return jsonText(500, "")
}

func playTruncated(_ *Server, c *call, _ <-chan struct{}, serve func() answer) answer {
	a := internalError()
	if c.Method == http.MethodGet {
		a = serve()
	}
	a.body = a.body[:len(a.body)/2]
	return a
}

func playHuge(*call) answer {
	return lakeError(500, "common.00000500", strings.Repeat("internal error ", 1<<20/15))
}
