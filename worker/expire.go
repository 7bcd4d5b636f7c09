package worker

import (
	"context"
	"time"

	"slipway/approval"
)

// expire ends a pending Request whose time is over. The store's clock decides, in the same transaction.
func (w *Worker) expire(ctx context.Context, c approval.Claim) error {
	_, err := w.Store.Update(ctx, c.Request.ID, approval.By{Claim: &c}, func(r approval.Request, now time.Time) ([]approval.Event, error) {
		if r.State != approval.Pending || now.Before(r.DueAt) {
			return nil, nil
		}
		problem := approval.Problem{Words: approval.T("Nobody decided in time."), Next: approval.T("Ask again if it is still wanted.")}
		if r.PostedAt.IsZero() {
			problem = approval.Problem{Words: approval.T("Slack took no card for a day, so nobody could decide."), Next: approval.T("Ask again once Slack works."), Private: true}
		}
		return []approval.Event{{Kind: approval.TimeExpired, Problem: &problem}}, nil
	})
	return err
}
