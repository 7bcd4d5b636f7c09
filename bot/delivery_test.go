package bot

import (
	"context"
	"errors"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"
)

// delivered is a Delivery whose ack frames go to frames; a non-nil error refuses them.
func delivered(frames *[]string, refuse *error) *Delivery {
	return &Delivery{
		Envelope: Envelope{ID: "e1", Type: "slash_commands"},
		settled:  func() {},
		write: func(_ context.Context, frame []byte) error {
			if *refuse != nil {
				return *refuse
			}
			*frames = append(*frames, string(frame))
			return nil
		},
	}
}

func TestAckIsBareOrCarriesItsPayload(t *testing.T) {
	var frames []string
	var refuse error
	require.NoError(t, delivered(&frames, &refuse).Ack(t.Context(), nil))
	require.NoError(t, delivered(&frames, &refuse).Ack(t.Context(), words("recorded")))
	require.Equal(t, []string{`{"envelope_id":"e1"}`, `{"envelope_id":"e1","payload":{"text":"recorded"}}`}, frames)
}

func TestAnAckSlackWouldDropIsRefusedAndAShorterOneIsStillPossible(t *testing.T) {
	var frames []string
	var refuse error
	d := delivered(&frames, &refuse)
	overhead := len(`{"envelope_id":"e1","payload":{"text":""}}`)

	err := d.Ack(t.Context(), words(strings.Repeat("x", maxAck-overhead)))
	require.ErrorIs(t, err, ErrAckTooLarge)
	require.ErrorContains(t, err, "20480 bytes")
	require.False(t, d.Acked())

	require.NoError(t, d.Ack(t.Context(), words(strings.Repeat("x", maxAck-overhead-1))))
	require.True(t, d.Acked())
	require.Len(t, frames[0], maxAck-1)
}

func TestASecondAckIsRefused(t *testing.T) {
	var frames []string
	var refuse error
	d := delivered(&frames, &refuse)
	require.NoError(t, d.Ack(t.Context(), nil))
	require.ErrorIs(t, d.Ack(t.Context(), nil), ErrAlreadyAcked)
	require.Len(t, frames, 1)
}

func TestAnAckThatWasNotWrittenDoesNotCount(t *testing.T) {
	var frames []string
	refuse := errors.New("not your turn")
	d := delivered(&frames, &refuse)
	require.ErrorIs(t, d.Ack(t.Context(), nil), refuse)
	require.False(t, d.Acked())
	refuse = nil
	require.NoError(t, d.Ack(t.Context(), nil))
	require.True(t, d.Acked())
}

func TestAPayloadThatIsNotJSONIsRefused(t *testing.T) {
	var frames []string
	var refuse error
	require.ErrorContains(t, delivered(&frames, &refuse).Ack(t.Context(), func() {}), "encode the ack of a slash_commands envelope")
	require.Empty(t, frames)
}
