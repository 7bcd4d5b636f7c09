package bot

import (
	"context"
	"encoding/json"
	"errors"
	"fmt"
	"sync"
	"sync/atomic"
	"time"
)

// maxAck is the size in bytes from which on Slack silently drops an ack frame.
const maxAck = 20480

// Why an Ack was not sent.
var (
	// ErrAckTooLarge: Slack would drop the frame without a word. Answer by the Web API, or ack with fewer words.
	ErrAckTooLarge = errors.New("ack too large: Slack drops answers of 20 KiB and more")
	// ErrAlreadyAcked: an envelope is acked once.
	ErrAlreadyAcked = errors.New("envelope already acked")
	// ErrConnectionGone: the connection that brought the envelope has ended. Slack does not take the ack from another.
	ErrConnectionGone = errors.New("the Slack connection that brought this has ended; it can no longer be acked")
)

// Delivery is an Envelope and the one way to ack it.
type Delivery struct {
	Envelope
	ReceivedAt time.Time // Slack's three seconds are nearly counted from here

	write   func(ctx context.Context, frame []byte) error // to the connection that brought it
	settled func()                                        // tells that connection not to wait for this any more
	once    sync.Once
	acked   atomic.Bool
	took    atomic.Int64 // nanoseconds from ReceivedAt to the ack
}

// Ack answers the envelope; a nil payload makes a bare ack. When it returns nil the frame has been written to the
// connection that brought the envelope, and to no other. ctx bounds the wait for that connection's turn to write; a frame
// once begun is finished. After an error nothing was acked, and ErrAckTooLarge leaves room for a shorter try.
func (d *Delivery) Ack(ctx context.Context, payload any) error {
	frame, err := json.Marshal(struct {
		ID      string `json:"envelope_id"`
		Payload any    `json:"payload,omitempty"`
	}{d.ID, payload})
	if err != nil {
		return fmt.Errorf("encode the ack of a %s envelope: %w", d.Type, err)
	}
	if len(frame) >= maxAck {
		return fmt.Errorf("%w (%d bytes)", ErrAckTooLarge, len(frame))
	}
	if !d.acked.CompareAndSwap(false, true) {
		return ErrAlreadyAcked
	}
	if err := d.write(ctx, frame); err != nil {
		d.acked.Store(false)
		return err
	}
	d.took.Store(int64(time.Since(d.ReceivedAt)))
	d.settle()
	return nil
}

// Acked reports whether an ack was written.
func (d *Delivery) Acked() bool { return d.acked.Load() }

// settle ends the connection's duty to stay for this delivery: it was acked, or nobody will ack it any more.
func (d *Delivery) settle() { d.once.Do(d.settled) }
