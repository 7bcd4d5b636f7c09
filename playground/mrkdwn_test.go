package playground_test

import (
	"context"
	"encoding/json"
	"testing"

	"github.com/chromedp/chromedp"
	"github.com/stretchr/testify/require"

	"slipway/playground/localslack"
)

// TestTextLooksAsInSlack: https://docs.slack.dev/messaging/formatting-message-text.
func TestTextLooksAsInSlack(t *testing.T) {
	t.Parallel()
	b := browse(t, start(t, serves))
	b.reads("#channel-name", "#data-platform")
	mention, link := func(words string) string { return `<span class="mention">` + words + `</span>` }, func(url, words string) string {
		return `<a href="` + url + `" target="_blank" rel="noopener noreferrer">` + words + `</a>`
	}
	texts := [][2]string{
		{"*bold* _italic_ ~gone~ `code`", "<strong>bold</strong> <em>italic</em> <s>gone</s> <code>code</code>"},
		{"*bold _and italic_*, then (*this*).", "<strong>bold <em>and italic</em></strong>, then (<strong>this</strong>)."},
		{"nightly_sync_2 2*3*4 * no * _", "nightly_sync_2 2*3*4 * no * _"},
		{"`*as typed* <https://a.example>`", "<code>*as typed* &lt;https://a.example&gt;</code>"},
		{"1 &lt; 2 &amp;&amp; 3 &gt; 2 &amp;lt;", "1 &lt; 2 &amp;&amp; 3 &gt; 2 &amp;lt;"},
		{"<script>alert(1)</script>", "&lt;script&gt;alert(1)&lt;/script&gt;"},
		{"one\ntwo\n\nfour", "one<br>two<br><br>four"},
		{"• one\n• two", "• one<br>• two"},
		{"&gt; said\n&gt;*twice*\nanswered", "<blockquote>said<br><strong>twice</strong></blockquote>answered"},
		{"before\n```\na *b*\n  c\n```\nafter ```open", "before<br><pre>a *b*\n  c</pre>after ```open"},
		{"<https://a.example/?b=1&amp;c=2|the *page*>", link("https://a.example/?b=1&amp;c=2", "the *page*")},
		{"<https://a.example> <mailto:ana@a.example|Ana>", link("https://a.example", "https://a.example") + " " + link("mailto:ana@a.example", "Ana")},
		{"see https://a.example/b?c=1&amp;d=2, or (http://b.example).", "see " + link("https://a.example/b?c=1&amp;d=2", "https://a.example/b?c=1&amp;d=2") + ", or (" + link("http://b.example", "http://b.example") + ")."},
		{"xhttps://a.example &lt;https://b.example&gt;", "xhttps://a.example &lt;" + link("https://b.example", "https://b.example") + "&gt;"},
		{"<javascript:alert(1)|press>", "&lt;javascript:alert(1)|press&gt;"},
		{"<@" + localslack.UserBen + "> and <@U0NOBODY>", mention("@Ben") + " and " + mention("@U0NOBODY")},
		{"<@" + localslack.UserAna + "|ana>", `<span class="mention mention-me">@Ana</span>`},
		{"<#C0PLATFORM> <#C0OTHER|other> <!subteam^S0DATALEAD> <!here> <!channel>", mention("#data-platform") + " " + mention("#other") + " " + mention("@data-leads") + " " + mention("@here") + " " + mention("@channel")},
		{"<!date^0^{date_num}|then>", ""},
		{"<!date^0^{no_such_part}|1 &lt; 2>", ""},
		{"<!date^x^{date}|never>", "never"},
	}
	for _, one := range texts {
		given, err := json.Marshal(one[0])
		require.NoError(t, err)
		var shown string
		b.do(chromedp.Func(func(ctx context.Context, _ *chromedp.Target) error {
			shown, err = chromedp.Run(ctx, chromedp.Evaluate[string](`import("/mrkdwn.js").then(({ mrkdwn }) => {
				const at = document.createElement("div");
				at.append(...mrkdwn(`+string(given)+`));
				return at.innerHTML;
			})`, chromedp.EvalAwaitPromise))
			return err
		}))
		switch {
		case one[1] != "":
			require.Equal(t, one[1], shown, one[0])
		case one[0] == "<!date^0^{date_num}|then>": // in the browser's own time zone
			require.Regexp(t, `^<time datetime="1970-01-01T00:00:00.000Z" title="[^"]+">19(70-01-01|69-12-31)</time>$`, shown)
		default: // a part that is not known: the words for clients without dates
			require.Contains(t, shown, ">1 &lt; 2</time>")
		}
	}
	require.Empty(t, b.errors())
}
