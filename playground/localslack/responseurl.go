package localslack

import (
	"encoding/json"
	"io"
	"maps"
	"net/http"
	"strconv"
	"time"
)

// A response_url works five times in half an hour, without a token, also where
// the bot is not a member:
// https://docs.slack.dev/interactivity/handling-user-interaction#message_responses.
const (
	replyUses = 5
	replyLife = 30 * time.Minute
)

// replyURL is what a response_url leads to.
type replyURL struct {
	channel  *channel
	user     string
	original string // ts of the message pressed; a command has none, so replace_original posts anew
	issued   time.Time
	uses     int
}

// newReplyURL issues one; kind is "commands" or "actions".
func (s *Server) newReplyURL(kind string, c *channel, user, original string) (string, *replyURL) {
	now := s.now()
	maps.DeleteFunc(s.replies, func(_ string, r *replyURL) bool { return now.Sub(r.issued) > 4*replyLife })
	path := "/" + kind + "/" + s.cfg.Team.ID + "/" + newID()
	r := &replyURL{channel: c, user: user, original: original, issued: now}
	s.replies[path] = r
	return s.url + path, r
}

// response is the body of a POST to a response_url, and the payload of a command's ack.
type response struct {
	content
	ResponseType    string  `json:"response_type"`
	ReplaceOriginal yesOrNo `json:"replace_original"`
	DeleteOriginal  yesOrNo `json:"delete_original"`
	ThreadTS        string  `json:"thread_ts"`
}

// yesOrNo is true or "true": Slack's own examples have both.
type yesOrNo bool

// UnmarshalJSON takes anything; what is not true in either form is false.
func (y *yesOrNo) UnmarshalJSON(text []byte) error {
	*y = string(text) == "true" || string(text) == `"true"`
	return nil
}

func (s *Server) serveResponseURL(w http.ResponseWriter, r *http.Request) {
	body, err := io.ReadAll(http.MaxBytesReader(w, r.Body, 4<<20))
	given, _ := jsonArgs(body)
	if given == nil {
		given = args{}
	}
	given["response_url"] = r.URL.Path
	call := s.record("response_url", given)
	fault, hit := s.takeFault("response_url")
	if hit && !s.suffer(w, r, call, fault) {
		return
	}
	status, code := http.StatusBadRequest, "invalid_payload"
	var says response
	if err == nil && json.Unmarshal(body, &says) == nil {
		status, code = s.respond(r.URL.Path, says)
	}
	if hit && fault.DropAnswer {
		s.finish(call, droppedAnswer)
		panic(http.ErrAbortHandler)
	}
	s.finish(call, code)
	w.Header().Set("Content-Type", "application/json; charset=utf-8")
	w.WriteHeader(status)
	if code == "" {
		_, _ = w.Write([]byte(`{"ok":true}`))
		return
	}
	_, _ = w.Write([]byte(`{"ok":false,"error":` + strconv.Quote(code) + `}`))
}

// respond spends one use. A body that Slack refuses costs one too.
func (s *Server) respond(path string, says response) (status int, code string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	to := s.replies[path]
	switch {
	case to == nil || s.now().Sub(to.issued) > replyLife:
		return http.StatusNotFound, "expired_url"
	case to.uses >= replyUses:
		return http.StatusNotFound, "used_url"
	}
	to.uses++
	if to.channel.Archived {
		return http.StatusGone, "channel_is_archived"
	}
	if f := s.show(to, says); f != nil {
		return http.StatusBadRequest, f.code
	}
	return http.StatusOK, ""
}

// show does what a response says, for a response_url and for a command's ack.
func (s *Server) show(to *replyURL, says response) *failure {
	original := to.channel.find(to.original)
	if says.DeleteOriginal {
		if original == nil {
			return fail("message_not_found")
		}
		s.remove(original)
		return nil
	}
	checked, f := checkContent(says.content)
	if f != nil {
		return f
	}
	if says.ReplaceOriginal && original != nil {
		s.replace(original, checked)
		return nil
	}
	thread, f := to.channel.threadOf(says.ThreadTS)
	if f != nil {
		return f
	}
	m := s.addByBot(to.channel, checked, thread)
	if says.ResponseType != "in_channel" {
		m.EphemeralFor = to.user
	}
	return nil
}
