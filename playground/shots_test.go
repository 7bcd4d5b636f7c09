package playground_test

import (
	"context"
	"fmt"
	"os"
	"testing"
	"time"

	"github.com/chromedp/cdproto/emulation"
	"github.com/chromedp/chromedp"
	"github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"slipway/playground"
	"slipway/playground/localslack"
)

func TestShots(t *testing.T) {
	dir := os.Getenv("SHOTS")
	if dir == "" {
		return
	}
	p := start(t, serves)
	api := slack.New(localslack.PlaygroundBotTok, slack.OptionAPIURL(p.Slack().APIURL()))
	samples(t, p, api)
	ctx, cancel := chromedp.NewExecAllocator(context.Background(), chromium(t)...)
	defer cancel()
	shoot := func(name string, w, h int64, dark bool, acts ...chromedp.Action[chromedp.Void]) {
		tab, done := chromedp.NewContext(ctx)
		defer done()
		scheme := "light"
		if dark {
			scheme = "dark"
		}
		require.NoError(t, chromedp.Do(tab, chromedp.EmulateViewport(w, h)))
		_, err := chromedp.Call(tab, emulation.SetEmulatedMedia, emulation.SetEmulatedMediaParams{Features: []*emulation.MediaFeature{{Name: "prefers-color-scheme", Value: scheme}}})
		require.NoError(t, err)
		all := append([]chromedp.Action[chromedp.Void]{
			chromedp.Navigate(p.URL()), chromedp.WaitVisible("#messages .message"), chromedp.Sleep(400 * time.Millisecond)}, acts...)
		all = append(all, chromedp.Sleep(500*time.Millisecond))
		short, stop := context.WithTimeout(tab, 15*time.Second)
		defer stop()
		require.NoError(t, chromedp.Do(short, all...), name)
		png, err := chromedp.Run(tab, chromedp.CaptureScreenshot())
		require.NoError(t, err)
		require.NoError(t, os.WriteFile(dir+"/"+name+".png", png, 0o600))
	}
	click := func(sel string) chromedp.Action[chromedp.Void] { return chromedp.Click(sel) }
	shoot("wide", 1440, 900, false)
	shoot("wide-thread", 1440, 900, false, click(".replies"))
	shoot("dark", 1440, 900, true, click("#faults summary"), click("#jobs summary"), click("#slack summary"))
	shoot("dark-thread", 1440, 900, true, click(".replies"))
	shoot("narrow", 390, 844, false)
	shoot("narrow-side", 390, 844, false, click("[data-open=sidebar]"))
	shoot("narrow-lake", 390, 844, false, click("[data-open=lake]"))
	shoot("first", 1440, 900, false, click("#direct button"), chromedp.SendKeys("#composer textarea", "/lf start ni"))
	shoot("narrow-thread", 390, 844, true, click(".replies"))
	shoot("hints", 1100, 800, false, chromedp.SendKeys("#composer textarea", "/"))
	shoot("analytics", 1440, 900, false, click("#channels li:nth-child(2) button"))
	require.NoError(t, p.Kill())
	shoot("killed", 1440, 900, false)
}

func samples(t *testing.T, p *playground.Playground, api *slack.Client) {
	md := func(s string) *slack.TextBlockObject {
		return slack.NewTextBlockObject(slack.MarkdownType, s, false, false)
	}
	pt := func(s string) *slack.TextBlockObject {
		return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
	}
	sec := func(s string) slack.Block { return slack.NewSectionBlock(md(s), nil, nil) }
	btn := func(id, label string, st slack.Style) slack.BlockElement {
		b := slack.NewButtonBlockElement(id, "R-1042:1", pt(label))
		if st != "" {
			b.Style = st
		}
		return b
	}
	s := p.Slack()
	post := func(o ...slack.MsgOption) string {
		_, ts, err := api.PostMessage(localslack.ChannelPlatform, o...)
		require.NoError(t, err)
		return ts
	}
	s.Type(localslack.UserAna, localslack.ChannelPlatform, "Source is *reloaded*, the _orders_ tables are back. @ben can you look at `nightly_sync` & co?")
	s.Type(localslack.UserBen, localslack.ChannelPlatform, "> the orders tables are back\nGood. Ask for it, I'll approve.")
	s.Type(localslack.UserBen, localslack.ChannelPlatform, "```\nselect count(*) from orders;\n-- 1_204_991\n```")
	now := time.Now()
	date := func(tm time.Time) string {
		return fmt.Sprintf("<!date^%d^{date_short_pretty} {time}|%s>", tm.Unix(), tm.UTC().Format("2006-01-02 15:04 UTC"))
	}
	done := post(slack.MsgOptionText("x", false), slack.MsgOptionBlocks(
		sec("*`nightly_sync` succeeded* after 11 min 40 s."),
		slack.NewContextBlock("", md("metadata migration · on prod · normal mode · asked by Ana · R-1041")),
		slack.NewContextBlock("", md("Approved by Ben and Chen")),
		slack.NewActionBlock("again", btn("again", "Run again", ""))))
	post(slack.MsgOptionText("<@"+localslack.UserAna+"> `nightly_sync` succeeded after 11 min 40 s.", false), slack.MsgOptionTS(done))
	s.TypeInThread(localslack.UserAna, localslack.ChannelPlatform, done, "Thanks! :tada:")
	time.Sleep(1100 * time.Millisecond)
	post(slack.MsgOptionText("x", false), slack.MsgOptionBlocks(
		sec("*Ana asks to start `orders_backfill` on prod*"),
		slack.NewContextBlock("", md("metadata migration · on prod · normal mode · asked by Ana · R-1042")),
		slack.NewContextBlock("", pt("Reason: source reloaded, orders_2019 fixed")),
		slack.NewContextBlock("", md("Last run: partly succeeded "+date(now.Add(-30*time.Hour))+", took 14 min")),
		slack.NewDividerBlock(),
		sec("1 of 2 approvals (Ben) · waiting for one more of <!subteam^S0DATALEAD>; Ana may not approve her own request. The question stands until "+fmt.Sprintf("<!date^%d^{time}|x>", now.Add(30*time.Minute).Unix())+"."),
		slack.NewActionBlock("decide", btn("approve", "Approve", slack.StylePrimary), btn("deny", "Deny", slack.StyleDanger))))
	_, err := api.PostEphemeral(localslack.ChannelPlatform, localslack.UserAna, slack.MsgOptionText("You can't approve R-1042: it needs someone of @data-leads, and you asked for it.", false))
	require.NoError(t, err)
	require.NoError(t, p.LakeFormation().StartOutside("permissions_sync"))
}
