package bot

import (
	"encoding/json"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestARedeliveredEventDecodesWithItsRetry(t *testing.T) {
	frame, err := decodeFrame([]byte(`{"envelope_id":"e5","type":"events_api","accepts_response_payload":false,"retry_attempt":1,"retry_reason":"timeout","payload":{"type":"event_callback"}}`))
	require.NoError(t, err)
	require.Equal(t, &Envelope{
		ID: "e5", Type: "events_api", Payload: json.RawMessage(`{"type":"event_callback"}`), RetryAttempt: 1, RetryReason: "timeout",
	}, frame)
}

func TestHelloSaysHowLongTheConnectionLives(t *testing.T) {
	for frame, life := range map[string]time.Duration{
		`{"type":"hello","debug_info":{"approximate_connection_time":18060}}`: 18060 * time.Second,
		`{"type":"hello"}`:                                                                  0,
		`{"type":"hello","num_connections":"two"}`:                                          0,
		`{"type":"hello","debug_info":{"approximate_connection_time":-1}}`:                  0,
		`{"type":"hello","debug_info":{"approximate_connection_time":9000000000000000000}}`: 0,
	} {
		got, err := decodeFrame([]byte(frame))
		require.NoError(t, err)
		require.Equal(t, life, got.(*greeting).life(), frame)
	}
}

func TestAnIDIsSalvagedOnlyWhereAnAckMakesSense(t *testing.T) {
	for frame, id := range map[string]string{
		`{"envelope_id":"e1","type":5,"payload":{}}`:                       "e1",
		`{"envelope_id":"e1","payload":{}}`:                                "e1",
		`{"envelope_id":"e1","type":"slash_commands","payload":{"text":"a`: "e1",
		`{"payload":{"envelope_id":"typed by a person"}}`:                  "",
		`{"payload":{"text":"\"envelope_id\":\"x\""},"type":5}`:            "",
		`{"envelope_id":"e1","type":"hello",`:                              "",
		`{"type":"disconnect","envelope_id":"e1",`:                         "",
		`{"envelope_id":17}`:                                               "",
		`["envelope_id","e1"]`:                                             "",
		`null`:                                                             "",
		``:                                                                 "",
	} {
		require.Equal(t, id, salvageID([]byte(frame)), frame)
	}
}

func FuzzDecodeFrame(f *testing.F) {
	for _, seed := range []string{
		`{"type":"hello","num_connections":1,"debug_info":{"approximate_connection_time":18060}}`,
		`{"type":"disconnect","reason":"warning"}`,
		`{"envelope_id":"e1","type":"slash_commands","accepts_response_payload":true,"payload":{"text":"start"}}`,
		`{"envelope_id":"e1","type":"events_api","retry_attempt":"1"}`,
		`{"envelope_id":"e1","type":"interactive","payload":{`,
		`{"type":"hello"} {"type":"hello"}`, "\xff\xfe", `[]`, `null`, `"`, ``,
	} {
		f.Add([]byte(seed))
	}
	f.Fuzz(func(t *testing.T, data []byte) {
		frame, err := decodeFrame(data)
		salvaged := salvageID(data)
		switch frame := frame.(type) {
		case *Envelope:
			require.NotEmpty(t, frame.ID)
			require.NotContains(t, []string{"", typeHello, typeDisconnect}, frame.Type)
		case *greeting:
			require.LessOrEqual(t, frame.life(), longestLife)
			require.GreaterOrEqual(t, frame.life(), time.Duration(0))
		case nil:
			require.Error(t, err)
			// What is salvaged can be acked: it survives the way through JSON.
			again, err := json.Marshal(map[string]string{"envelope_id": salvaged})
			require.NoError(t, err)
			require.Equal(t, salvaged, salvageID(again))
		}
	})
}
