package playground_test

import (
	"cmp"
	"context"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/chromedp/cdproto/log"
	"github.com/chromedp/cdproto/network"
	"github.com/chromedp/cdproto/runtime"
	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"slipway/playground"
	"slipway/playground/localslack"
)

const composer = chromedp.CSS("#composer textarea")

func TestAPersonTriesSlipwayInABrowser(t *testing.T) {
	t.Parallel()
	p := start(t, serves)
	b := browse(t, p)
	until(t, p, running)

	// The first visit: the line is there, Enter is enough.
	b.sees(`document.querySelector("#composer textarea").value === "/lf start nightly_sync"`)
	b.reads("#tip", "you are Ana. Press Enter")
	b.do(chromedp.SendKeys(composer, kb.Enter))
	b.reads("#messages .private", "Only visible to you")
	b.reads("#messages .private", "start nightly_sync")
	b.reads("#messages .card", "Do start nightly_sync? <script>alert(1)</script>")

	// What is for Ana is not for Ben.
	b.do(chromedp.Click(chromedp.CSS(`input[value="` + localslack.UserBen + `"] ~ .avatar`)))
	b.sees(`document.querySelectorAll("#messages .private").length === 0 && document.querySelectorAll("#messages .card").length === 1`)

	// A button is pressed, the card changes, the thread opens.
	b.do(chromedp.Click(chromedp.CSS(`#messages [data-action="approve"]`)))
	b.reads("#messages", "Started by ben.")
	b.reads("#messages .replies", "1 reply")
	b.do(chromedp.Click(chromedp.CSS("#messages .replies")))
	b.reads("#thread", "@Ben it has ended.")
	b.do(chromedp.SendKeys(chromedp.CSS("#thread textarea"), "thank you"+kb.Enter))
	b.reads("#thread", "thank you")
	b.do(chromedp.SendKeys(chromedp.CSS("#thread textarea"), kb.Escape))
	b.sees(`document.querySelector("#thread").hidden`)

	// A button with a question: no means no.
	b.do(chromedp.SendKeys(composer, "/lf sto"+kb.Tab+"nightly_sync"+kb.Enter))
	b.do(chromedp.Click(chromedp.CSS(`#messages [data-action="approve"]`)))
	b.reads("#confirm", "It stops the run.")
	b.do(chromedp.Click(chromedp.CSS(`#confirm [value="no"]`)))
	b.sees(`!document.querySelector("#confirm").open && document.querySelectorAll("#messages [data-action=approve]").length === 1`)
	b.do(chromedp.Click(chromedp.CSS(`#messages [data-action="approve"]`)), chromedp.Click(chromedp.CSS(`#confirm [value="yes"]`)))
	b.sees(`document.querySelectorAll("#messages [data-action=approve]").length === 0`)

	// Up brings back what was typed.
	b.do(chromedp.SendKeys(composer, kb.ArrowUp))
	b.sees(`document.querySelector("#composer textarea").value === "/lf stop nightly_sync"`)

	// What LakeFormation knows of a job.
	b.do(chromedp.Click(chromedp.CSS(`#jobs summary[data-focus="past"]`)))
	b.reads("#jobs .job-past", "succeeded · ")
	b.reads("#jobs .job-log", "INFO the run has ended: SUCCESS")
	b.picture("runs and log")

	// Slipway is killed, and started again.
	b.do(chromedp.Click(chromedp.CSS(`#child [data-focus="kill"]`)))
	b.reads("#banner", "Slipway is killed.")
	b.do(chromedp.Click(chromedp.CSS(`#banner button`)))
	b.reads("#child", "connected to Slack")

	require.Empty(t, b.errors())
}

func TestWhatGoesWrongInThePageIsHeard(t *testing.T) {
	t.Parallel()
	b := browse(t, start(t, serves))
	b.reads("#channel-name", "#data-platform")
	require.Empty(t, b.errors())
	for part, plant := range map[string]string{
		"a canary":       `console.error("a canary")`,
		"of the canary":  `setTimeout(() => { throw new Error("of the canary") })`,
		"404 ":           `fetch("no-such-file.js")`,
		"Content Secur":  `fetch("http://127.0.0.1:1/").catch(() => {})`,
		"unhandled word": `Promise.reject("unhandled word")`,
	} {
		b.run(plant)
		require.Eventually(t, func() bool { return strings.Contains(strings.Join(b.errors(), "\n"), part) }, time.Minute, 10*time.Millisecond, plant)
	}
}

func TestThePageWithoutItsKeySaysWhatToDo(t *testing.T) {
	t.Parallel()
	p := start(t, serves)
	b := browse(t, p)
	address, _ := split(p)
	b.do(chromedp.Navigate("about:blank"), chromedp.Navigate(address+"/#another"))
	b.reads("#banner", "Open the whole address")
}

// browser is one tab with the page.
type browser struct {
	t   *testing.T
	ctx context.Context

	mu    sync.Mutex
	heard []string
}

func browse(t *testing.T, p *playground.Playground) *browser {
	t.Helper()
	allocated, cancel := chromedp.NewExecAllocator(t.Context(), chromium(t)...)
	t.Cleanup(cancel)
	tab, cancelTab := chromedp.NewContext(allocated)
	t.Cleanup(cancelTab)
	b := &browser{t: t, ctx: tab}
	require.NoError(t, chromedp.Listen(tab, b.listen))
	b.do(chromedp.EmulateViewport(1440, 900), chromedp.Navigate(p.URL()))
	return b
}

func (b *browser) listen(event any) {
	b.mu.Lock()
	defer b.mu.Unlock()
	switch e := event.(type) {
	case *runtime.EventExceptionThrown:
		b.hear(e.ExceptionDetails.Text, e.ExceptionDetails.Exception)
	case *runtime.EventConsoleAPICalled:
		if e.Type == runtime.ConsoleAPICalledTypeError {
			b.hear("console.error", e.Args...)
		}
	case *log.EventEntryAdded:
		if e.Entry.Level == log.EntryLevelError {
			b.hear(e.Entry.Text)
		}
	case *network.EventResponseReceived:
		if e.Response.Status >= 400 {
			b.hear(fmt.Sprintf("%d %s", e.Response.Status, e.Response.URL))
		}
	case *network.EventLoadingFailed:
		if !e.Canceled {
			b.hear(e.ErrorText)
		}
	}
}

func (b *browser) hear(words string, about ...*runtime.RemoteObject) {
	for _, o := range about {
		if o != nil {
			words += " " + string(o.Value) + o.Description
		}
	}
	b.heard = append(b.heard, words)
}

func (b *browser) errors() []string {
	b.mu.Lock()
	defer b.mu.Unlock()
	return append([]string{}, b.heard...)
}

func (b *browser) do(steps ...chromedp.Action[chromedp.Void]) {
	b.t.Helper()
	ctx, cancel := context.WithTimeout(b.ctx, time.Minute)
	defer cancel()
	require.NoError(b.t, chromedp.Do(ctx, steps...))
}

// run runs JavaScript in the page.
func (b *browser) run(script string) {
	b.t.Helper()
	b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
		_, err := chromedp.Run(ctx, chromedp.Evaluate[chromedp.Void](script))
		return err
	}))
}

// picture keeps what the tab shows as NAME.png in SLIPWAY_PICTURES, or else in testdata/output.
func (b *browser) picture(name string) {
	b.t.Helper()
	folder := cmp.Or(os.Getenv("SLIPWAY_PICTURES"), filepath.Join("testdata", "output"))
	require.NoError(b.t, os.MkdirAll(folder, 0o755))
	shot, err := chromedp.Run(b.ctx, chromedp.CaptureScreenshot())
	require.NoError(b.t, err)
	require.NoError(b.t, os.WriteFile(filepath.Join(folder, name+".png"), shot, 0o644))
}

// sees waits until a JavaScript expression is true.
func (b *browser) sees(expression string) {
	b.t.Helper()
	_, err := chromedp.Run(b.ctx, chromedp.Poll[bool](expression, chromedp.WithPollingTimeout(time.Minute)))
	require.NoError(b.t, err, expression)
}

// reads waits until an element shows these words.
func (b *browser) reads(selector, words string) {
	b.t.Helper()
	_, err := chromedp.Run(b.ctx, chromedp.PollFunction[bool](
		`(selector, words) => [...document.querySelectorAll(selector)].some((node) => node.textContent.includes(words))`,
		chromedp.WithPollingArgs(selector, words), chromedp.WithPollingTimeout(time.Minute)))
	if err != nil {
		page, _ := chromedp.Run(b.ctx, chromedp.TextContent(chromedp.CSS("body")))
		require.NoError(b.t, err, "%q in %s of:\n%s", words, selector, page)
	}
}

// chromium finds a Chromium. Without one the test is skipped; in CI it fails.
func chromium(t *testing.T) []chromedp.ExecAllocatorOption {
	t.Helper()
	var path string
	for _, name := range []string{"chromium", "chromium-browser", "google-chrome", "chrome"} {
		if found, err := exec.LookPath(name); err == nil {
			path = found
			break
		}
	}
	if path == "" {
		require.Empty(t, os.Getenv("CI"), "CI must have a Chromium: install the package chromium")
		t.Skip("there is no Chromium on this machine: install the package chromium to run the page's own test")
	}
	return []chromedp.ExecAllocatorOption{
		chromedp.ExecPath(path), chromedp.UserDataDir(t.TempDir()), chromedp.Headless, chromedp.NoSandbox, chromedp.DisableGPU, chromedp.NoFirstRun,
		chromedp.Flag("disable-quic", true), chromedp.Flag("disable-background-networking", true),
		chromedp.Flag("disable-component-update", true), chromedp.Flag("disable-sync", true),
	}
}

// With one side alone nothing of the other is offered, nor Slipway's process, which is elsewhere.
func TestThePageOfOneSideAlone(t *testing.T) {
	t.Parallel()
	const seen = `[...document.querySelectorAll("#messages, #composer, #tour-open, #child, #jobs, #faults, #slack, .banner")].filter(e => e.checkVisibility()).map(e => e.id).join(" ")`
	for side, want := range map[playground.Side]struct{ parts, words string }{
		playground.SlackOnly:         {"messages composer slack", "Jobs that are started from here are started for real."},
		playground.LakeFormationOnly: {"jobs faults", "Slipway and Slack are elsewhere."},
	} {
		t.Run(string(side), func(t *testing.T) {
			t.Parallel()
			p, err := playground.Start(t.Context(), playground.Config{Addr: "127.0.0.1:0", Only: side})
			require.NoError(t, err)
			t.Cleanup(func() { require.NoError(t, p.Close()) })
			b := browse(t, p)
			b.reads("body", want.words)
			b.sees(seen + ` === "` + want.parts + `"`)
			b.sees(`document.querySelector("#composer textarea").value === ""`)
			require.Empty(t, b.errors())
		})
	}
}
