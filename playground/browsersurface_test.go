package playground_test

import (
	"fmt"
	"testing"
	"time"

	"github.com/chromedp/chromedp"
	"github.com/chromedp/chromedp/kb"
	"github.com/stretchr/testify/require"

	"slipway/playground/localslack"
)

// TestAPersonUsesTheWholeSurfaceInABrowser drives shortcuts, a modal, its
// type-ahead and field errors, the Home tab and a file, mostly by the keyboard.
func TestAPersonUsesTheWholeSurfaceInABrowser(t *testing.T) {
	t.Parallel()
	p := start(t, serves)
	b := browse(t, p)
	until(t, p, running)
	b.reads("#channel-name", "#data-platform")
	keys := func(selector, pressed string) { b.t.Helper(); b.do(chromedp.SendKeys(chromedp.CSS(selector), pressed)) }
	click := func(selector string) { b.t.Helper(); b.do(chromedp.Click(chromedp.CSS(selector))) }
	focusIs := func(selector string) {
		b.t.Helper()
		b.sees(`document.activeElement.matches('` + selector + `')`)
	}
	const job, reason = `#modal [data-action="job_select"]`, `#modal [data-action="reason_text"]`

	// A global shortcut, chosen with the keyboard, opens the form.
	keys(`#composer [data-focus="shortcuts"]`, kb.Enter)
	b.reads(`[role="menu"]`, "Start LakeFormation job")
	focusIs(`[role="menuitem"]`)
	keys(`[role="menuitem"]`, kb.Enter)
	b.reads("#modal-title", "Start a job")
	b.reads("#modal", "Asked from shortcut")
	focusIs(job[len("#modal "):])

	// An empty required field is complained about; the app was not asked.
	click("#modal-submit")
	b.reads("#modal .field-error", "Please complete this required field.")
	focusIs(`[aria-invalid="true"]`)

	// Type-ahead: arrows, Enter; Escape closes the list and not the form.
	keys(job, "nightly")
	b.sees(`document.querySelectorAll("#modal .option").length === 2`)
	b.sees(`document.querySelector('` + job + `').getAttribute("aria-activedescendant") === document.querySelector("#modal .option").id`)
	keys(job, kb.Escape)
	b.sees(`document.querySelector("#modal .options").hidden && document.querySelector("#modal").open`)
	keys(job, "no such job")
	b.reads("#modal [role=status]", "No results.")
	keys(job, kb.Escape)
	keys(job, "nightly")
	b.sees(`document.querySelectorAll("#modal .option").length === 2`)
	keys(job, kb.ArrowDown+kb.Enter)
	b.sees(`document.querySelector('` + job + `').value === "nightly_check"`)

	// The app's own error stands under its field, and what was entered stays.
	click(`#modal input[value="comparison"]`)
	click(`#modal input[value="cascade"]`)
	click("#modal-submit")
	b.reads("#modal .field-error", "Production wants a reason.")
	focusIs(reason[len("#modal "):])
	b.sees(`document.querySelector('` + job + `').value === "nightly_check" && document.querySelector('#modal input[value="comparison"]').checked`)
	click("#modal-submit") // the same error again: it is told again
	focusIs(reason[len("#modal "):])
	keys(reason, "because")
	click("#modal-submit")
	b.sees(`!document.querySelector("#modal").open`)
	b.reads("#messages", "Asked: id-nightly_check comparison  because with cascade")
	b.reads("#messages .file", "Log of the last run")

	// A message's menu.
	b.do(chromedp.SetValue(composer, "nightly_sync is late"), chromedp.SendKeys(composer, kb.Enter))
	b.reads("#messages", "nightly_sync is late")
	keys(`#messages .message:last-child [data-focus="more"]`, kb.Enter)
	b.reads(`[role="menu"]`, "Start this job")
	keys(`[role="menuitem"]`, kb.Enter)
	b.reads("#modal", "Asked from message_action nightly_sync is late")
	keys(job, kb.Escape) // nothing was typed: it closes the form
	b.sees(`!document.querySelector("#modal").open`)

	// Home: what was published shows, buttons of one action_id are told apart, and it changes as one looks.
	click(`[data-row="home"]`)
	b.reads("#home", "Home of Ana")
	b.reads("#home", "nothing asked yet")
	b.sees(`document.querySelector("#composer").offsetParent === null`)
	click(`#home-blocks > :nth-child(4) [data-action="decide"]`)
	b.reads("#home", "decided R-2")
	keys(`#home [data-action="more"]`, kb.Enter)
	keys(`[role="menuitem"]`, kb.ArrowDown+kb.Enter)
	b.reads("#home", "decided never")
	click(`#home [data-action="open_start"]`)
	b.reads("#modal", "Asked from Home")
	click("#modal-close")
	b.reads("#home", "the form was closed")

	// What Slipway's own forms do not have: lists to tick, dates and times.
	click(`#home [data-action="open_fields"]`)
	b.reads("#modal-title", "All the fields")
	for _, box := range []string{"sizes-small", "sizes-large", "users-" + localslack.UserBen, "channels-C0PLATFORM", "rooms-D00ANA00001"} {
		click(`#modal [data-focus="` + box + `"]`)
	}
	b.sees(`document.querySelector('#modal [data-focus="sizes-medium"]').disabled`) // two of them at most
	const jobs = `#modal [data-action="jobs"]`
	for _, name := range []string{"weekly", "nightly_c", "nightly_s"} {
		keys(jobs, name)
		b.sees(`document.querySelectorAll("#modal .options:not([hidden]) .option").length === 1`)
		keys(jobs, kb.Enter)
		b.reads("#modal .taken", name)
	}
	click(`#modal .taken li:first-child button`)
	b.sees(`document.querySelectorAll("#modal .taken li").length === 2 && document.activeElement.matches('` + jobs[len("#modal "):] + `')`)
	for field, value := range map[string]string{"day": "2026-11-27", "hour": "09:30", "moment": "2026-11-27T09:30"} {
		b.run(`(() => { const f = document.querySelector('#modal [data-action="` + field + `"]'); f.value = "` + value + `"; f.dispatchEvent(new Event("change")) })()`)
	}
	b.picture("fields")
	click("#modal-submit")
	moment := time.Date(2026, 11, 27, 9, 30, 0, 0, time.Local).Unix()
	b.reads("#home", fmt.Sprint("got [small large id-nightly_check id-nightly_sync] [U0BEN00002] [C0PLATFORM] [D00ANA00001] 2026-11-27 09:30 ", moment))

	// Ben has a Home of his own.
	click(`input[value="` + localslack.UserBen + `"] ~ .avatar`)
	b.reads("#home", "Home of somebody else")
	click(`#direct li:last-child button`)
	b.sees(`document.querySelector("#home").hidden && document.querySelector("#composer").offsetParent !== null`)
	require.Empty(t, b.errors())
}
