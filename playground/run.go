package playground

import (
	"context"
	"fmt"
)

// Run starts a Playground, says where it is and what to type, and closes it when
// ctx ends.
func Run(ctx context.Context, cfg Config) error {
	p, err := Start(ctx, cfg)
	if err != nil {
		return err
	}
	_, _ = fmt.Fprintf(p.cfg.Stdout, `Slipway's playground: %s

Open it in a browser and press Enter: Ana asks to start nightly_sync.
Everything is on this machine, and all of it is make-believe. Ctrl-C ends it.
`, p.URL())
	<-ctx.Done()
	return p.Close()
}
