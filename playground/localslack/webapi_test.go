package localslack_test

import (
	"encoding/json"
	"errors"
	"io"
	"net/http"
	"net/url"
	"strings"
	"testing"
	"time"

	"github.com/coder/websocket"
	"github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"slipway/playground/localslack"
)

func TestOnlyLoopbackIsListenedOn(t *testing.T) {
	for _, addr := range []string{"0.0.0.0:0", ":0", "192.0.2.1:0", "example.com:80"} {
		cfg := localslack.Playground()
		cfg.Addr = addr
		_, err := localslack.Start(cfg)
		require.ErrorContains(t, err, "loopback", addr)
	}
	cfg := localslack.Playground()
	cfg.BotToken, cfg.AppToken = cfg.AppToken, cfg.BotToken
	_, err := localslack.Start(cfg)
	require.ErrorContains(t, err, "xapp-")
	_, err = localslack.Start(localslack.Config{})
	require.ErrorContains(t, err, "Playground()")
}

func TestABodyThatCannotBeReadIsNamed(t *testing.T) {
	s := start(t)
	for kind, problem := range map[string]string{"application/json": "invalid_json", "application/x-www-form-urlencoded": "invalid_form_data"} {
		res, err := http.Post(s.APIURL()+"auth.test", kind, strings.NewReader("{%zz"))
		require.NoError(t, err)
		body, err := io.ReadAll(res.Body)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.JSONEq(t, `{"ok":false,"error":"`+problem+`"}`, string(body))
	}
}

func TestAForeignHostNameIsRefused(t *testing.T) {
	s := start(t)
	req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.APIURL()+"auth.test", nil)
	require.NoError(t, err)
	req.Host = "rebound.example:80"
	res, err := http.DefaultClient.Do(req)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Equal(t, http.StatusForbidden, res.StatusCode)
}

func TestATokenMayComeInTheHeaderOrTheForm(t *testing.T) {
	s := start(t)
	require.True(t, strings.HasSuffix(s.APIURL(), "/api/"))
	auth, err := judge(s).AuthTestContext(t.Context())
	require.NoError(t, err, "slack-go sends the token in the form")
	require.Equal(t, localslack.UserBot, auth.UserID)
	require.Equal(t, localslack.PlaygroundTeam, auth.TeamID)
	require.NotEmpty(t, auth.BotID)
	require.Equal(t, true, call(t, s, "auth.test", botToken, map[string]any{})["ok"], "Bearer and JSON")

	res, err := http.PostForm(s.APIURL()+"apps.connections.open", url.Values{"token": {appToken}})
	require.NoError(t, err)
	body, err := io.ReadAll(res.Body)
	require.NoError(t, err)
	require.NoError(t, res.Body.Close())
	require.Contains(t, string(body), "not_authed", "opening a connection takes its token from the header only")
}

func TestEveryWrongTokenHasItsName(t *testing.T) {
	s := start(t)
	for _, c := range []struct{ method, token, problem string }{
		{"auth.test", "", "not_authed"},
		{"auth.test", "xoxb-wrong", "invalid_auth"},
		{"chat.postMessage", appToken, "not_allowed_token_type"},
		{"apps.connections.open", botToken, "not_allowed_token_type"},
		{"chat.nonsense", botToken, "unknown_method"},
	} {
		require.Equal(t, c.problem, call(t, s, c.method, c.token, map[string]any{})["error"], c)
	}
	url := link(t, s)
	s.RevokeTokens()
	require.Equal(t, "token_revoked", call(t, s, "auth.test", botToken, map[string]any{})["error"])
	_, res, err := websocket.Dial(t.Context(), url, nil)
	require.Error(t, err)
	require.Equal(t, http.StatusNotFound, res.StatusCode)
}

func TestAMissingScopeIsNamed(t *testing.T) {
	s := start(t, func(c *localslack.Config) { c.Scopes = []string{"commands", "channels:read"} })
	_, _, err := judge(s).PostMessageContext(t.Context(), platform, slack.MsgOptionText("hi", false))
	var refused slack.SlackErrorResponse
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "missing_scope", refused.Err)
	require.Equal(t, "chat:write", refused.Needed)
	require.Equal(t, "commands,channels:read", refused.Provided)

	require.Equal(t, true, call(t, s, "conversations.info", botToken, map[string]any{"channel": platform})["ok"])
	out := call(t, s, "conversations.info", botToken, map[string]any{"channel": s.DM(ana)})
	require.Equal(t, "im:read", out["needed"])
}

func TestAMessageIsPostedUpdatedLinkedAndDeleted(t *testing.T) {
	s := start(t, widely)
	api := judge(s)
	blocks := slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, "*bold*", false, false), nil, nil)
	_, ts, err := api.PostMessageContext(t.Context(), platform, slack.MsgOptionText("fallback", false), slack.MsgOptionBlocks(blocks))
	require.NoError(t, err)
	require.Equal(t, []string{"*bold*"}, words(s, ana, platform))

	_, _, _, err = api.UpdateMessageContext(t.Context(), platform, ts, slack.MsgOptionText("only text", false))
	require.NoError(t, err)
	m, ok := s.Message(platform, ts)
	require.True(t, ok)
	require.Equal(t, "only text", localslack.PlainText(m), "text without blocks removes the blocks")
	require.Equal(t, 2, m.Versions)
	require.True(t, m.Edited)

	permalink, err := api.GetPermalinkContext(t.Context(), &slack.PermalinkParameters{Channel: platform, Ts: ts})
	require.NoError(t, err)
	require.Equal(t, "https://playground.slack.com/archives/"+platform+"/p"+strings.ReplaceAll(ts, ".", ""), permalink)

	require.NoError(t, api.AddReactionContext(t.Context(), "eyes", slack.NewRefToMessage(platform, ts)))
	require.EqualError(t, api.AddReactionContext(t.Context(), "eyes", slack.NewRefToMessage(platform, ts)), "already_reacted")

	_, _, err = api.DeleteMessageContext(t.Context(), platform, ts)
	require.NoError(t, err)
	require.Empty(t, s.Visible(ana, platform))
	require.Len(t, s.Messages(platform), 1, "what was deleted is still on record")
	_, _, _, err = api.UpdateMessageContext(t.Context(), platform, ts, slack.MsgOptionText("x", false))
	require.EqualError(t, err, "message_not_found")
}

func TestATextIsCutAt40000Characters(t *testing.T) {
	s := start(t)
	out := call(t, s, "chat.postMessage", botToken, map[string]any{"channel": platform, "text": strings.Repeat("ж", 40001)})
	require.Equal(t, true, out["ok"])
	require.Equal(t, strings.Repeat("ж", 40000), s.Messages(platform)[0].Text)
}

func TestAnUpdateWithoutAttachmentsKeepsThem(t *testing.T) {
	s := start(t)
	ts := call(t, s, "chat.postMessage", botToken, map[string]any{"channel": platform, "text": "a", "attachments": `[{"text":"kept"}]`})["ts"]
	call(t, s, "chat.update", botToken, map[string]any{"channel": platform, "ts": ts, "text": "b"})
	require.Equal(t, []string{"b\nkept"}, words(s, ana, platform))
	call(t, s, "chat.update", botToken, map[string]any{"channel": platform, "ts": ts, "text": "c", "attachments": "[]"})
	require.Equal(t, []string{"c"}, words(s, ana, platform))
}

func TestRepliesJoinTheThread(t *testing.T) {
	s := start(t)
	api := judge(s)
	ts := say(t, s, platform)
	_, reply, err := api.PostMessageContext(t.Context(), platform, slack.MsgOptionText("done", false), slack.MsgOptionTS(ts), slack.MsgOptionBroadcast())
	require.NoError(t, err)
	_, _, err = api.PostMessageContext(t.Context(), platform, slack.MsgOptionText("to the reply", false), slack.MsgOptionTS(reply))
	require.NoError(t, err)
	thread := s.Thread(platform, ts)
	require.Len(t, thread, 3)
	require.True(t, thread[1].Broadcast)
	require.Equal(t, ts, thread[2].ThreadTS)
	_, _, err = api.PostMessageContext(t.Context(), platform, slack.MsgOptionText("x", false), slack.MsgOptionTS("1.1"))
	require.EqualError(t, err, "thread_not_found")
}

func TestMessagesAreRefusedWithSlacksNames(t *testing.T) {
	s := start(t, widely, func(c *localslack.Config) {
		c.Channels = append(c.Channels, localslack.Channel{ID: "C0SECRET", Name: "secret", Private: true, Members: []string{ana}})
		c.Channels = append(c.Channels, localslack.Channel{ID: "C0ATTIC", Name: "attic", Archived: true, BotIsMember: true})
		c.Users = append(c.Users, localslack.User{ID: "U0LEFT", Name: "lee", Deleted: true})
	})
	s.Type(ana, platform, "mine")
	anas := s.Messages(platform)[0].TS
	long := strings.Repeat("x", 4001)
	for _, c := range []struct {
		method, problem string
		body            map[string]any
	}{
		{"chat.postMessage", "no_text", map[string]any{"channel": platform}},
		{"chat.postMessage", "no_text", map[string]any{"channel": platform, "text": " ", "blocks": []any{}}},
		{"chat.postMessage", "not_in_channel", map[string]any{"channel": analytics, "text": "x"}},
		{"chat.postMessage", "channel_not_found", map[string]any{"channel": "C0SECRET", "text": "x"}},
		{"chat.postMessage", "channel_not_found", map[string]any{"channel": "C0NOWHERE", "text": "x"}},
		{"chat.postMessage", "is_archived", map[string]any{"channel": "C0ATTIC", "text": "x"}},
		{"chat.postMessage", "user_disabled", map[string]any{"channel": "U0LEFT", "text": "x"}},
		{"chat.postMessage", "cannot_dm_bot", map[string]any{"channel": localslack.UserBot, "text": "x"}},
		{"chat.postMessage", "invalid_blocks_format", map[string]any{"channel": platform, "text": "x", "blocks": "{}"}},
		{"chat.postMessage", "invalid_attachments", map[string]any{"channel": platform, "attachments": `[{"blocks":[{"type":"x"}]}]`}},
		{"chat.postEphemeral", "user_not_in_channel", map[string]any{"channel": platform, "user": localslack.UserBot, "text": "x"}},
		{"chat.postEphemeral", "user_not_found", map[string]any{"channel": platform, "user": "U0NOBODY", "text": "x"}},
		{"chat.update", "cant_update_message", map[string]any{"channel": platform, "ts": anas, "text": "x"}},
		{"chat.delete", "cant_delete_message", map[string]any{"channel": platform, "ts": anas}},
		{"chat.update", "message_not_found", map[string]any{"channel": platform, "ts": "1.1", "text": "x"}},
		{"chat.update", "msg_too_long", map[string]any{"channel": platform, "ts": say(t, s, platform), "text": long}},
		{"chat.update", "channel_not_found", map[string]any{"channel": ana, "ts": "1.1", "text": "x"}},
		{"users.info", "user_not_found", map[string]any{"user": "U0NOBODY"}},
		{"conversations.open", "user_disabled", map[string]any{"users": "U0LEFT"}},
		{"usergroups.users.list", "no_such_subteam", map[string]any{"usergroup": "S0NONE"}},
	} {
		require.Equal(t, c.problem, call(t, s, c.method, botToken, c.body)["error"], "%s %v", c.method, c.body)
	}
}

func TestInvalidBlocksNameThePlace(t *testing.T) {
	s := start(t)
	button := slack.NewButtonBlockElement("a", "v", slack.NewTextBlockObject(slack.PlainTextType, strings.Repeat("x", 76), false, false))
	_, _, err := judge(s).PostMessageContext(t.Context(), platform, slack.MsgOptionBlocks(slack.NewActionBlock("b", button)))
	var refused slack.SlackErrorResponse
	require.ErrorAs(t, err, &refused)
	require.Equal(t, "invalid_blocks", refused.Err)
	require.Equal(t, []string{"[ERROR] must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]"}, refused.ResponseMetadata.Messages)
}

func TestADirectMessageOpensByUserOrByMethod(t *testing.T) {
	s := start(t, widely)
	api := judge(s)
	id, _, err := api.PostMessageContext(t.Context(), ana, slack.MsgOptionText("psst", false))
	require.NoError(t, err)
	opened, _, already, err := api.OpenConversationContext(t.Context(), &slack.OpenConversationParameters{Users: []string{ana}})
	require.NoError(t, err)
	require.True(t, already)
	require.Equal(t, id, opened.ID)
	require.Equal(t, id, s.DM(ana))
	require.Equal(t, []string{"psst"}, words(s, ana, id))
	require.Empty(t, words(s, ben, id))
	require.Empty(t, s.DM("U0NOBODY"))
	channels := s.Channels()
	require.Len(t, channels, 3)
	require.Equal(t, ana, channels[2].DMWith)
	info, err := api.GetConversationInfoContext(t.Context(), &slack.GetConversationInfoInput{ChannelID: id})
	require.NoError(t, err)
	require.True(t, info.IsIM)
}

func TestAnEphemeralMessageIsForOneAndCannotBeUpdated(t *testing.T) {
	s := start(t)
	api := judge(s)
	ts, err := api.PostEphemeralContext(t.Context(), platform, ben, slack.MsgOptionText("only Ben", false))
	require.NoError(t, err)
	require.Equal(t, []string{"only Ben"}, words(s, ben, platform))
	require.Empty(t, words(s, ana, platform))
	_, _, _, err = api.UpdateMessageContext(t.Context(), platform, ts, slack.MsgOptionText("x", false))
	require.EqualError(t, err, "message_not_found")
}

func TestTheDirectoryAnswersWhoIsWho(t *testing.T) {
	s := start(t, widely)
	api := judge(s)
	guest, err := api.GetUserInfoContext(t.Context(), localslack.UserGuest)
	require.NoError(t, err)
	require.True(t, guest.IsRestricted)
	require.False(t, guest.IsUltraRestricted)
	s.SetUser(localslack.User{ID: "U0OTHER", Name: "oli", TeamID: "T0OTHER", TZOffset: 3600})
	other, err := api.GetUserInfoContext(t.Context(), "U0OTHER")
	require.NoError(t, err)
	require.Equal(t, "T0OTHER", other.TeamID)
	require.Equal(t, localslack.UserBot, s.Users()[len(s.Users())-1].ID)

	groups, err := api.GetUserGroupsContext(t.Context(), slack.GetUserGroupsOptionIncludeUsers(true))
	require.NoError(t, err)
	require.Equal(t, []string{ben, chen}, groups[0].Users)
	s.SetGroup(localslack.UserGroup{ID: localslack.GroupDataLeads, Handle: "data-leads", Members: []string{chen}})
	members, err := api.GetUserGroupMembersContext(t.Context(), localslack.GroupDataLeads)
	require.NoError(t, err)
	require.Equal(t, []string{chen}, members)

	channel, err := api.GetConversationInfoContext(t.Context(), &slack.GetConversationInfoInput{ChannelID: analytics, IncludeNumMembers: true})
	require.NoError(t, err)
	require.False(t, channel.IsMember)
	require.Equal(t, 4, channel.NumMembers)
	s.SetMember(analytics, true)
	first, next, err := api.GetUsersInConversationContext(t.Context(), &slack.GetUsersInConversationParameters{ChannelID: analytics, Limit: 3})
	require.NoError(t, err)
	rest, end, err := api.GetUsersInConversationContext(t.Context(), &slack.GetUsersInConversationParameters{ChannelID: analytics, Limit: 3, Cursor: next})
	require.NoError(t, err)
	require.Empty(t, end)
	require.Equal(t, []string{ana, ben, chen, dev, localslack.UserBot}, append(first, rest...))
}

func TestAChannelTakesAMessageASecondAndAShortBurst(t *testing.T) {
	clock := noon()
	s := start(t, with(clock))
	s.SetMember(analytics, true)
	for range 5 {
		say(t, s, platform)
	}
	_, _, err := judge(s).PostMessageContext(t.Context(), platform, slack.MsgOptionText("too fast", false))
	var limited *slack.RateLimitedError
	require.ErrorAs(t, err, &limited)
	require.Equal(t, time.Second, limited.RetryAfter)
	say(t, s, analytics)
	clock.pass(time.Second)
	say(t, s, platform)
	require.Len(t, s.Messages(platform), 6)
}

func TestTiersLimitAMethodAndNotTheOthers(t *testing.T) {
	s := start(t, with(noon()), func(c *localslack.Config) { c.RateTiers = true })
	for range 20 {
		require.Equal(t, true, call(t, s, "usergroups.list", botToken, map[string]any{})["ok"])
	}
	res, body := post(t, s.APIURL()+"usergroups.list", botToken, map[string]any{})
	require.Equal(t, http.StatusTooManyRequests, res.StatusCode)
	require.Equal(t, "3", res.Header.Get("Retry-After"))
	require.JSONEq(t, `{"ok":false,"error":"ratelimited"}`, string(body))
	require.Equal(t, true, call(t, s, "usergroups.users.list", botToken, map[string]any{"usergroup": localslack.GroupDataLeads})["ok"])
}

func TestCallsAreOnRecordWithoutTheToken(t *testing.T) {
	s := start(t)
	_, _, err := judge(s).PostMessageContext(t.Context(), analytics, slack.MsgOptionText("hi", false))
	require.Error(t, err)
	calls := s.Calls()
	require.Len(t, calls, 1)
	require.Equal(t, "chat.postMessage", calls[0].Method)
	require.Equal(t, "hi", calls[0].Args["text"])
	require.Equal(t, "not_in_channel", calls[0].Error)
	require.NotContains(t, calls[0].Args, "token")
}

func TestAFaultHitsAsOftenAsItSays(t *testing.T) {
	s := start(t)
	s.Fail("auth.test", localslack.Fault{Error: "internal_error", Times: 1})
	require.Equal(t, "internal_error", call(t, s, "auth.test", botToken, nil)["error"])
	require.Equal(t, true, call(t, s, "auth.test", botToken, map[string]any{})["ok"])

	s.Fail("*", localslack.Fault{Status: http.StatusBadGateway})
	res, body := post(t, s.APIURL()+"auth.test", botToken, nil)
	require.Equal(t, http.StatusBadGateway, res.StatusCode)
	require.False(t, json.Valid(body))
	s.Fail("auth.test", localslack.Fault{RetryAfter: 1500 * time.Millisecond})
	res, _ = post(t, s.APIURL()+"auth.test", botToken, nil)
	require.Equal(t, http.StatusTooManyRequests, res.StatusCode)
	require.Equal(t, "2", res.Header.Get("Retry-After"))
	s.ClearFaults()
	s.Fail("auth.test", localslack.Fault{Delay: time.Millisecond})
	require.Equal(t, true, call(t, s, "auth.test", botToken, map[string]any{})["ok"])
}

func TestADroppedAnswerIsWorkDoneAndNobodyTold(t *testing.T) {
	s := start(t)
	s.Fail("chat.postMessage", localslack.Fault{DropAnswer: true, Times: 1})
	_, _, err := judge(s).PostMessageContext(t.Context(), platform, slack.MsgOptionText("hi", false))
	require.True(t, errors.Is(err, io.EOF) || errors.Is(err, io.ErrUnexpectedEOF), err)
	require.Equal(t, []string{"hi"}, words(s, ana, platform))
}

func TestAHangingCallGoesOnAfterClearFaults(t *testing.T) {
	s := start(t)
	s.Fail("chat.postMessage", localslack.Fault{Hang: true})
	answered := make(chan error, 1)
	go func() {
		_, _, err := judge(s).PostMessage(platform, slack.MsgOptionText("at last", false))
		answered <- err
	}()
	eventually(t, s, func() bool { return len(s.Calls()) == 1 })
	require.False(t, s.Calls()[0].Done)
	require.Empty(t, s.Messages(platform))
	s.ClearFaults()
	require.NoError(t, <-answered)
	require.Equal(t, []string{"at last"}, words(s, ana, platform))
}

func TestTheSocketsAddressCanFailToo(t *testing.T) {
	s := start(t)
	s.Fail("link", localslack.Fault{Status: http.StatusConflict, Times: 1})
	_, res, err := websocket.Dial(t.Context(), link(t, s), nil)
	require.Error(t, err)
	require.Equal(t, http.StatusConflict, res.StatusCode)
}

func TestALocaleIsToldToWhoAsksForIt(t *testing.T) {
	s := start(t)
	for user, locale := range map[string]string{ana: "en-US", chen: "zh-CN"} {
		body := map[string]any{"user": user}
		require.NotContains(t, call(t, s, "users.info", botToken, body)["user"], "locale")
		body["include_locale"] = true
		require.Equal(t, locale, call(t, s, "users.info", botToken, body)["user"].(map[string]any)["locale"])
	}
}

func TestAPageOfAnotherSiteReachesNothing(t *testing.T) {
	s := start(t)
	for header, value := range map[string]string{"Origin": "https://evil.example", "Sec-Fetch-Site": "cross-site"} {
		req, err := http.NewRequestWithContext(t.Context(), http.MethodPost, s.APIURL()+"chat.postMessage",
			strings.NewReader(url.Values{"token": {botToken}, "channel": {platform}, "text": {"forged"}}.Encode()))
		require.NoError(t, err)
		req.Header.Set("Content-Type", "application/x-www-form-urlencoded")
		req.Header.Set(header, value)
		res, err := http.DefaultClient.Do(req)
		require.NoError(t, err)
		require.NoError(t, res.Body.Close())
		require.Equal(t, http.StatusForbidden, res.StatusCode, header)
	}
	require.Empty(t, s.Messages(platform))
}

func TestScopesAreToldOfATokenThatIsKnown(t *testing.T) {
	s := start(t)
	for _, c := range []struct{ method, token, has, needs string }{
		{"users.info", botToken, strings.Join(localslack.Playground().Scopes, ","), "users:read"},
		{"reactions.add", botToken, strings.Join(localslack.Playground().Scopes, ","), "reactions:write"},
		{"apps.connections.open", appToken, "connections:write", ""},
		{"users.info", "xoxb-wrong", "", ""},
		{"api.test", "", "", ""},
	} {
		res, _ := post(t, s.APIURL()+c.method, c.token, map[string]any{})
		require.Equal(t, c.has, res.Header.Get("X-OAuth-Scopes"), c)
		require.Equal(t, c.needs, res.Header.Get("X-Accepted-OAuth-Scopes"), c)
	}
}

func TestTheDirectoryIsListedPageByPage(t *testing.T) {
	s := start(t, widely, func(c *localslack.Config) {
		c.Channels = append(c.Channels,
			localslack.Channel{ID: "C0SECRET", Name: "secret", Private: true, Members: []string{ana}},
			localslack.Channel{ID: "C0INNER", Name: "inner", Private: true, BotIsMember: true},
			localslack.Channel{ID: "C0ATTIC", Name: "attic", Archived: true})
	})
	s.DM(ana)
	names := func(params *slack.GetConversationsParameters) (names []string) {
		for {
			page, next, err := judge(s).GetConversationsContext(t.Context(), params)
			require.NoError(t, err)
			for _, c := range page {
				names = append(names, c.ID)
			}
			if next == "" {
				return names
			}
			params.Cursor = next
		}
	}
	require.Equal(t, []string{platform, analytics, "C0ATTIC"}, names(&slack.GetConversationsParameters{Limit: 1}))
	require.Equal(t, []string{platform, analytics, "C0INNER"}, names(&slack.GetConversationsParameters{
		Limit: 2, ExcludeArchived: true, Types: []string{"public_channel", "private_channel"}}))
	require.Equal(t, []string{s.DM(ana)}, names(&slack.GetConversationsParameters{Types: []string{"im"}}))
	require.Equal(t, "invalid_types", call(t, s, "conversations.list", botToken, map[string]any{"types": "public"})["error"])
	require.Equal(t, "mpim:read", call(t, s, "conversations.list", botToken, map[string]any{"types": "mpim"})["needed"])
	require.Equal(t, "invalid_cursor", call(t, s, "users.list", botToken, map[string]any{"cursor": "x"})["error"])
	users, err := judge(s).GetUsersContext(t.Context(), slack.GetUsersOptionLimit(2))
	require.NoError(t, err)
	require.Len(t, users, 6)
}

func TestTheSmallMethodsAnswerAsSlackDoes(t *testing.T) {
	s := start(t, widely)
	require.Equal(t, map[string]any{"foo": "bar"}, call(t, s, "api.test", "", map[string]any{"foo": "bar"})["args"])
	require.Equal(t, "my_error", call(t, s, "api.test", "", map[string]any{"error": "my_error"})["error"])
	ts := say(t, s, platform)
	require.NoError(t, judge(s).AddReactionContext(t.Context(), "eyes", slack.NewRefToMessage(platform, ts)))
	require.NoError(t, judge(s).RemoveReactionContext(t.Context(), "eyes", slack.NewRefToMessage(platform, ts)))
	require.EqualError(t, judge(s).RemoveReactionContext(t.Context(), "eyes", slack.NewRefToMessage(platform, ts)), "no_reaction")
}
