package bot

import (
	"bytes"
	"encoding/json"
	"errors"
	"time"
)

// Envelope is one Socket Mode delivery as it came, its payload undecoded.
// See https://docs.slack.dev/apis/events-api/using-socket-mode.
type Envelope struct {
	ID             string          // envelope_id: new for every delivery, also for a redelivered event
	Type           string          // slash_commands, interactive, events_api, or what Slack adds next
	AcceptsPayload bool            // whether the ack may carry words
	Payload        json.RawMessage // nil when Slack sent none
	RetryAttempt   int             // events_api only: 1 for the first redelivery
	RetryReason    string          // events_api only: "timeout" and the like
}

// The two types of frame that are about the connection itself. They are never acked.
const (
	typeHello      = "hello"
	typeDisconnect = "disconnect"
)

// greeting is Slack's first frame; the connection is usable from here on.
type greeting struct {
	NumConnections int `json:"num_connections"` // of the whole app, other processes included
	DebugInfo      struct {
		Host                      string `json:"host"`
		ApproximateConnectionTime int    `json:"approximate_connection_time"` // seconds, usually about five hours
	} `json:"debug_info"`
	ConnectionInfo struct {
		AppID string `json:"app_id"` // whose app-level token opened the connection
	} `json:"connection_info"`
}

// longestLife bounds what Slack may announce, so that a nonsense number cannot overflow a Duration.
const longestLife = 24 * time.Hour

// life is how long Slack means to keep the connection; zero when it did not say.
func (g greeting) life() time.Duration {
	seconds := g.DebugInfo.ApproximateConnectionTime
	if seconds <= 0 || seconds > int(longestLife/time.Second) {
		return 0
	}
	return time.Duration(seconds) * time.Second
}

// farewell announces the end of the connection.
type farewell struct {
	Reason string `json:"reason"`
}

var errUndecodable = errors.New("not a Socket Mode frame")

// decodeFrame returns the one thing a frame is: a *greeting, a *farewell or an *Envelope.
func decodeFrame(data []byte) (any, error) {
	var head struct {
		Type string `json:"type"`
	}
	if err := json.Unmarshal(data, &head); err != nil {
		return nil, errUndecodable
	}
	switch head.Type {
	case typeHello:
		// The fields are only advice: a hello that spells them differently is still a hello.
		var g greeting
		_ = json.Unmarshal(data, &g)
		return &g, nil
	case typeDisconnect:
		var f farewell
		_ = json.Unmarshal(data, &f)
		return &f, nil
	}
	var wire struct {
		ID             string          `json:"envelope_id"`
		AcceptsPayload bool            `json:"accepts_response_payload"`
		Payload        json.RawMessage `json:"payload"`
		RetryAttempt   int             `json:"retry_attempt"`
		RetryReason    string          `json:"retry_reason"`
	}
	if err := json.Unmarshal(data, &wire); err != nil || wire.ID == "" || head.Type == "" {
		return nil, errUndecodable
	}
	return &Envelope{
		ID: wire.ID, Type: head.Type, AcceptsPayload: wire.AcceptsPayload, Payload: wire.Payload,
		RetryAttempt: wire.RetryAttempt, RetryReason: wire.RetryReason,
	}, nil
}

// salvageID reads the envelope_id out of a frame that does not decode, or of the head of one that was cut off. It looks
// at the outermost object only, so nothing a person typed can pass for an id. It is empty when there is nothing to ack.
func salvageID(data []byte) string {
	dec := json.NewDecoder(bytes.NewReader(data))
	if start, err := dec.Token(); err != nil || start != json.Delim('{') {
		return ""
	}
	id := ""
	for dec.More() {
		key, err := dec.Token()
		if err != nil {
			return id
		}
		var value json.RawMessage
		if err := dec.Decode(&value); err != nil {
			return id
		}
		var text string
		if json.Unmarshal(value, &text) != nil {
			continue
		}
		switch key {
		case "type":
			if text == typeHello || text == typeDisconnect {
				return ""
			}
		case "envelope_id":
			id = text
		}
	}
	return id
}
