package main

import (
	"context"
	"errors"
	"fmt"
	"net"
	"net/http"
	"time"
)

// listen serves /healthz (the process lives) and /readyz (Slack reaches it and the database takes writes). Neither
// tells anything that is not in their one line.
func (a *App) listen(addr string) (*http.Server, error) {
	mux := http.NewServeMux()
	mux.HandleFunc("GET /healthz", func(w http.ResponseWriter, _ *http.Request) { fmt.Fprintln(w, "alive") })
	mux.HandleFunc("GET /readyz", func(w http.ResponseWriter, r *http.Request) {
		ctx, done := context.WithTimeout(r.Context(), 2*time.Second)
		defer done()
		if err := a.ready(ctx); err != nil {
			http.Error(w, "not ready: "+err.Error(), http.StatusServiceUnavailable)
			return
		}
		fmt.Fprintln(w, "ready")
	})
	listener, err := net.Listen("tcp", addr)
	if err != nil {
		return nil, fmt.Errorf("SLIPWAY_LISTEN: %w", err)
	}
	server := &http.Server{Handler: mux, ReadHeaderTimeout: 5 * time.Second}
	go func() {
		if err := server.Serve(listener); !errors.Is(err, http.ErrServerClosed) {
			a.log.WithError(err).Error("the health endpoints have ended")
		}
	}()
	return server, nil
}

func (a *App) ready(ctx context.Context) error {
	if a.bot.Status().Connected == 0 {
		return errors.New("no connection to Slack")
	}
	if err := a.store.Ready(ctx); err != nil {
		a.log.WithError(err).Error("the database is not ready")
		return errors.New("the database does not take writes")
	}
	return nil
}
