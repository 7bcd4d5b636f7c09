package playground_test

import (
	"context"
	"os"
	"testing"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"
)

// TestThePageIsForEverybody lets axe-core look at each part of the page, light and
// dark, wide and on a phone. SLIPWAY_AXE is the path of its axe.min.js: it is not ours
// to carry along, and CI installs it.
func TestThePageIsForEverybody(t *testing.T) {
	t.Parallel()
	path := os.Getenv("SLIPWAY_AXE")
	if path == "" {
		require.Empty(t, os.Getenv("CI"), "CI must have axe-core: install it and set SLIPWAY_AXE to its axe.min.js")
		t.Skip("SLIPWAY_AXE is not set: npm install axe-core somewhere, and set it to the path of its axe.min.js")
	}
	script, err := os.ReadFile(path)
	require.NoError(t, err)

	p := start(t, serves)
	b := browse(t, p)
	until(t, p, running)
	b.run(string(script))
	b.reads("#channel-name", "#data-platform")
	press := func(selector string) { b.t.Helper(); b.do(chromedp.SendKeys(chromedp.CSS(selector), kb.Enter)) }

	b.run(`document.body.append(Object.assign(document.createElement("img"), { id: "canary", src: "icon.svg" }))`)
	require.Contains(t, b.complaints(), "image-alt", "what is wrong would have been seen")
	b.run(`document.querySelector("#canary").remove()`)

	for _, size := range []struct {
		name          string
		width, height int64
	}{{"wide", 1440, 900}, {"phone", 390, 844}} {
		for _, scheme := range []string{"light", "dark"} {
			look := func(part string) {
				t.Helper()
				name := part + "-" + size.name + "-" + scheme
				complaints := b.complaints() // once what moves has come to rest
				b.picture(name)
				require.Empty(t, complaints, name)
			}
			b.do(chromedp.EmulateViewport(size.width, size.height), prefers(scheme))
			b.do(chromedp.SetValue(composer, "/lf start nightly_sync"), chromedp.SendKeys(composer, kb.Enter))
			b.sees(`document.querySelector("#messages [data-action=approve]") !== null`)
			look("channel")
			press(`#messages [data-action="approve"]`)
			b.sees(`document.querySelector("#messages [data-action=approve]") === null`)
			b.run(`document.querySelector("#messages .replies").click()`)
			b.reads("#thread", "it has ended.")
			look("thread")
			press("#thread-close")

			press(`#composer [data-focus="shortcuts"]`)
			look("menu")
			press(`[role="menuitem"]`)
			b.reads("#modal-title", "Start a job")
			press("#modal-submit")
			b.reads("#modal .field-error", "Please complete")
			look("modal")
			press("#modal-close")
			b.sees(`!document.querySelector("#modal").open`)

			press("#tour-open")
			b.reads("#tour-say", "nightly_sync")
			look("tour")
			press("#tour-leave")

			b.run(`document.querySelector('[data-row="home"]').click()`)
			b.reads("#home", "Home of Ana")
			look("home")
			b.run(`document.querySelector("#channels button").click()`)
			b.run(`for (const d of document.querySelectorAll("#lake > .panels > details")) d.open = true`)
			if size.name == "phone" {
				press("[data-open=sidebar]")
				look("sidebar")
				press("[data-close=sidebar]")
				press("[data-open=lake]")
			}
			look("behind-the-scenes")
			if size.name == "phone" {
				press("[data-close=lake]")
			}
		}
	}
	require.Empty(t, b.errors())
}

// prefers is a person's choice of light or dark; nothing moves, so that colours are the last ones.
func prefers(scheme string) chromedp.Action[chromedp.Void] {
	return chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Call(ctx, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{
			{Name: "prefers-color-scheme", Value: scheme}, {Name: "prefers-reduced-motion", Value: "reduce"},
		}})
		return err
	})
}

// complaints are axe's, one a line: the rule, what it wants, and where.
func (b *browser) complaints() string {
	b.t.Helper()
	found, err := chromedp.Run(b.ctx, chromedp.Evaluate[string](`
		Promise.all(document.getAnimations().map((a) => a.finished.catch(() => {})))
			.then(() => axe.run(document, { runOnly: ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"] }))
			.then(({ violations }) => violations.flatMap((v) => v.nodes.map((n) => [v.id, v.help, n.target.join(" "), n.failureSummary.replaceAll("\n", " ")].join(" · "))).join("\n"))`,
		chromedp.EvalAwaitPromise))
	require.NoError(b.t, err)
	return found
}
