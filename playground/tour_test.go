package playground_test

import (
	"context"
	"os/exec"
	"path/filepath"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"slipway/playground"
)

// slipway builds Slipway itself: the stories are its own, not those of the tiny bot.
func slipway(t *testing.T) func(*playground.Config) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "slipway")
	build := exec.CommandContext(t.Context(), "go", "build", "-trimpath", "-o", path, "slipway")
	build.Env = append(build.Environ(), "CGO_ENABLED=0") // as everybody builds it, so that the cache has it
	out, err := build.CombinedOutput()
	require.NoError(t, err, string(out))
	return func(c *playground.Config) {
		c.Rules = playground.Policy
		c.Command = func(ctx context.Context, env []string) *exec.Cmd {
			cmd := exec.CommandContext(ctx, path, "run")
			cmd.Env = env
			return cmd
		}
	}
}

// TestTheTourWalksThroughItsFiveStories is a person who does what the tour says,
// and presses nothing but what it points at.
func TestTheTourWalksThroughItsFiveStories(t *testing.T) {
	t.Parallel()
	b := browse(t, start(t, "", slipway(t)))
	b.reads("#child", "connected to Slack")
	b.do(chromedp.Click(chromedp.CSS("#tour-open")))
	says := func(words string) { b.t.Helper(); b.reads("#tour-say", words) }
	enter := func() {
		b.t.Helper()
		says("Press Enter")
		b.sees(`document.querySelector("textarea.tour-here")?.value.startsWith("/lf start ")`)
		b.do(chromedp.SendKeys(chromedp.CSS("textarea.tour-here"), kb.Enter))
	}
	press := func(words, control string) {
		b.t.Helper()
		says(words)
		b.do(chromedp.Click(chromedp.CSS(".tour-here" + control)))
	}
	done := func(picture string, words ...string) {
		b.t.Helper()
		says("Done:")
		for _, w := range words {
			b.reads("#messages", w)
		}
		b.picture(picture)
	}
	confirmed := func() { b.t.Helper(); enter(); press("Press “Start job”", `[data-action="approve"]`) }
	next := func() { b.t.Helper(); b.do(chromedp.Click(chromedp.CSS("#tour-next"))) }

	confirmed()
	says("Watch the job")
	done("story-1", "nightly_sync succeeded after")
	says("one start call")
	b.do(chromedp.Click(chromedp.CSS(".replies.tour-here")))
	b.reads("#thread", "@Ana nightly_sync succeeded after")
	next()

	enter()
	press("Be Ben", "")
	press("Press “Approve” on the card: Ben", `[data-action="approve"]`)
	press("Be Chen", "")
	b.reads("#messages", "1 of 2 approvals")
	press("Press “Approve” on the card: with the second", `[data-action="approve"]`)
	done("story-2", "orders_backfill partly succeeded", "Approved by Ben and Chen")
	next()

	confirmed()
	done("story-3", "weekly_discovery was not started.", "LakeFormation says what to do: Create the target catalog")
	next()

	confirmed()
	done("story-4", "A run of permissions_sync that began at", "LakeFormation gave no clear answer")
	says("one start call")
	next()

	confirmed()
	press("Press “Kill Slipway”", "")
	b.reads("#banner", "Slipway is killed.")
	press("Press “Start again”", "")
	says("Wait for its end")
	b.picture("story-5-in-the-middle")
	done("story-5", "A run of new_region_sync that began at")
	says("one start call")
	next()
	b.sees(`document.querySelector("#tour").hidden`)
	require.Empty(t, b.errors())
}

// TestTheTourIsLeftAndResumed: what was switched on goes with it, where one was stays, also over a reload.
func TestTheTourIsLeftAndResumed(t *testing.T) {
	t.Parallel()
	b := browse(t, start(t, "", slipway(t)))
	b.reads("#child", "connected to Slack")
	keys := func(selector, pressed string) { b.t.Helper(); b.do(chromedp.SendKeys(chromedp.CSS(selector), pressed)) }
	keys("#tour-open", kb.Enter)
	b.run(`document.querySelector("#tour-story").value = "2"; document.querySelector("#tour-story").dispatchEvent(new Event("change"))`)
	b.reads("#tour-say", "weekly_discovery")
	b.sees(`document.activeElement.matches("textarea.tour-here")`)
	keys("textarea.tour-here", kb.Enter)
	b.reads("#tour-say", "refuse the next start")
	b.reads("#faults summary", "1 on")
	b.do(chromedp.Reload())
	b.reads("#tour-say", "refuse the next start")

	keys("#tour-leave", kb.Enter)
	b.sees(`document.activeElement.matches("#tour-open") && document.querySelectorAll(".tour-here").length === 0`)
	b.sees(`!document.querySelector("#faults summary").textContent.includes("1 on")`)
	b.run(`document.querySelector("#jobs").open = document.querySelector("#child").open = false`)
	keys("#tour-open", kb.Enter)
	b.reads("#faults summary", "1 on")
	b.reads("#tour-step", "Step 2 of 4")

	// The keyboard is brought to what is pointed at, through what is closed.
	keys("#tour-show", kb.Enter)
	b.sees(`document.activeElement.matches('.tour-here[data-action="approve"]')`)
	keys(`.tour-here[data-action="approve"]`, kb.Enter)
	b.reads("#tour-say", "Done:")

	// On a phone the way leads through the drawers.
	b.do(chromedp.EmulateViewport(390, 844))
	keys("#tour-next", kb.Enter)
	keys("textarea.tour-here", kb.Enter)
	b.reads("#tour-say", "Press “Start job”")
	keys("#tour-show", kb.Enter)
	keys(`.tour-here[data-action="approve"]`, kb.Enter)
	b.reads("#tour-say", "Slipway cannot know yet")
	b.sees(`document.querySelector(".tour-here").matches("[data-open=lake]")`)
	keys("#tour-show", kb.Enter)
	b.sees(`document.activeElement.matches("article.tour-here") && document.querySelector("#lake").matches(".shown") && document.activeElement.checkVisibility()`)
	require.Empty(t, b.errors())
}
