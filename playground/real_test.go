package playground_test

import (
	"context"
	"os"
	"os/exec"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"slipway/playground"
)

func TestReal(t *testing.T) {
	bin := os.Getenv("REAL")
	if bin == "" {
		return
	}
	heard := listening()
	p := start(t, serves, func(c *playground.Config) {
		c.Stderr = heard
		c.Rules = os.Getenv("RULES")
		c.Command = func(ctx context.Context, env []string) *exec.Cmd { return exec.CommandContext(ctx, bin, "run") }
	})
	defer func() { t.Log(heard.String()) }()
	b := browse(t, p)
	shot := func(name string) {
		png, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
		require.NoError(t, err)
		require.NoError(t, os.WriteFile("/tmp/pg/shots/real-"+name+".png", png, 0o600))
	}
	until(t, p, running)
	who := func(id string) { b.do(chromedp.Click(chromedp.CSS(`input[value="` + id + `"] ~ .avatar`))) }
	b.do(chromedp.SetValue(composer, ""), chromedp.SendKeys(composer, "/lf start orders_backfill source reloaded"+kb.Enter))
	b.reads("#messages .card", "orders_backfill")
	time.Sleep(time.Second)
	who("U0DEV00004")
	b.do(chromedp.Click(chromedp.CSS(`#messages .button.primary`)))
	time.Sleep(time.Second)
	shot("r1")
	who("U0BEN00002")
	b.do(chromedp.Click(chromedp.CSS(`#messages .button.primary`)))
	time.Sleep(time.Second)
	who("U0CHEN0003")
	b.do(chromedp.Click(chromedp.CSS(`#messages .button.primary`)))
	time.Sleep(3*time.Second)
	b.do(chromedp.Click(chromedp.CSS(`#child [data-focus="kill"]`)))
	time.Sleep(time.Second)
	b.do(chromedp.Click(chromedp.CSS(`#banner button`)))
	time.Sleep(3*time.Second)
	shot("r2")
	time.Sleep(20*time.Second)
	b.do(chromedp.Click(chromedp.CSS(`#messages .replies`)))
	time.Sleep(time.Second)
	shot("r3")
	t.Log(b.errors())
}
