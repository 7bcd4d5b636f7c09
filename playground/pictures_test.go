package playground_test

import (
	"os"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// picturesTo is where `make pictures` wants the pictures of docs/using.md. Without it they are made and thrown away, but
// for the one that takes a minute.
const picturesTo = "SLIPWAY_PICTURES"

// TestThePicturesOfTheUsersPageAreMade uses Slipway itself through the page, as docs/using.md tells.
func TestThePicturesOfTheUsersPageAreMade(t *testing.T) {
	browserPath := chromium(t) // skips where there is none, before anything is built
	require.NotEmpty(t, browserPath)
	p := start(t, "", slipway(t))
	dir := os.Getenv(picturesTo)
	if dir == "" {
		dir = t.TempDir()
	}
	b := browse(t, p)
	until(t, p, running)
	b.do(chromedp.EmulateViewport(1280, 860))
	shoot := func(name, selector string) {
		t.Helper()
		b.sees(`document.querySelector('` + selector + `')?.offsetWidth > 0`) // it may be drawn anew just now
		picture, err := chromedp.Run(b.ctx, chromedp.Screenshot(chromedp.CSS(selector)))
		for again := 0; err != nil && again < 20; again++ { // it was drawn anew between its being found and taken
			picture, err = chromedp.Run(b.ctx, chromedp.Screenshot(chromedp.CSS(selector)))
		}
		require.NoError(t, err)
		require.Less(t, len(picture), 150<<10, "%s is too large for a page", name)
		require.NoError(t, os.WriteFile(filepath.Join(dir, name+".png"), picture, 0o644))
	}
	types := func(text string) {
		t.Helper()
		b.do(chromedp.SetValue(composer, text), chromedp.SendKeys(composer, kb.Enter))
	}
	is := func(user string) {
		t.Helper()
		b.do(chromedp.Click(chromedp.CSS(`input[value="` + user + `"] ~ .avatar`)))
		b.sees(`document.querySelector('input[value="` + user + `"]').checked && document.querySelector("#messages").getAttribute("aria-busy") !== "true"`)
	}
	click := func(selector string) { t.Helper(); b.do(chromedp.Click(chromedp.CSS(selector))) }
	const newest = "#messages > .message:last-child"

	// Asking, and confirming.
	b.sees(`document.querySelector("#composer textarea").value !== ""`)
	types("/lf start nightly_sync source reloaded")
	b.reads(newest, "Only Ana can confirm")
	shoot("confirm", newest+" .card")
	click(newest + ` [data-action="approve"]`)
	b.reads("#messages", "succeeded after")
	b.reads("#messages .replies", "2 replies")
	click("#messages .replies")
	b.reads("#thread-messages", "I'll say here when it ends")
	shoot("thread", "#thread-messages")
	click("#thread-close")

	// Two approvals.
	types("/lf start orders_backfill missing days of May")
	b.reads(newest, "0 of 2 approvals")
	is(localslack.UserChen)
	click(newest + ` [data-action="approve"]`)
	b.reads(newest, "1 of 2 approvals (Chen)")
	is(localslack.UserBen) // who reads English
	shoot("approve", newest+" .card")

	// The Home of somebody who is asked.
	click(`[data-row="home"]`)
	b.reads("#home", "orders_backfill")
	shoot("home", "#home-blocks")
	click("#channels li:first-child button")

	// The form.
	is(localslack.UserAna)
	types("/lf start")
	b.reads("#modal", "Start a job")
	const job = `#modal [role="combobox"]`
	b.do(chromedp.SendKeys(chromedp.CSS(job), "weekly"))
	b.sees(`document.querySelectorAll("#modal .option").length === 1`)
	click("#modal .option")
	b.sees(`document.querySelector('` + job + `').value.includes("weekly_discovery")`)
	shoot("form", "#modal")
	click("#modal-close")
	b.sees(`!document.querySelector("#modal").open`)

	if os.Getenv(picturesTo) == "" {
		return
	}
	// Unsure: LakeFormation is given a minute to show a run.
	require.NoError(t, p.LakeFormation().SetFault(locallake.OpStart, locallake.Fault{Name: locallake.FaultInternal, Times: 1}))
	types("/lf start permissions_sync")
	b.reads(newest, "Only Ana can confirm")
	click(newest + ` [data-action="approve"]`)
	require.NoError(t, p.Slack().WaitFor(t.Context(), func() bool {
		for _, m := range p.Slack().Messages(localslack.ChannelPlatform) {
			for _, button := range localslack.Buttons(m) {
				if button.Text == "It did not" {
					return true
				}
			}
		}
		return false
	}))
	b.reads(newest, "It did not")
	shoot("unsure", newest+" .card")
}
