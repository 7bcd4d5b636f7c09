package main

import (
	"regexp"
	"strings"
	"testing"

	"github.com/stretchr/testify/require"

	"slipway/approval"
	"slipway/playground/locallake"
	"slipway/playground/localslack"
)

// inChinese has set Slack to Chinese for one person.
func inChinese(id string) func(*localslack.Config, *locallake.Config) {
	return func(slack *localslack.Config, _ *locallake.Config) {
		for i := range slack.Users {
			if slack.Users[i].ID == id {
				slack.Users[i].Locale = "zh-CN"
			}
		}
	}
}

func TestEachReadsTheirOwnLanguage(t *testing.T) {
	t.Parallel()
	w := stage(t, inChinese(localslack.UserChen))
	w.as("chen").types("/lf help")
	w.as("chen").reads("在合适的人同意之后，我会启动 LakeFormation 作业", "请求启动作业；卡片会要求确认")
	w.as("ana").types("/lf help")
	w.as("ana").reads("I start LakeFormation jobs once")
	w.as("chen").types("/lf start nightly_snyc")
	w.as("chen").reads("没有名为 `nightly_snyc` 的作业。您是指 `nightly_sync` 吗？", "没有启动任何作业。", "`/lf jobs` 可列出作业。")
	w.as("chen").types("/lf start nightly_sync")
	w.cardSays("Start `nightly_sync` on default?", "asked by Chen") // the channel's language
	w.as("ben").presses("Start job")
	w.as("ben").reads("You can't approve R-1002.")
	w.as("chen").presses("Start job")
	w.cardSays("`nightly_sync` succeeded after")
	w.as("chen").types("/lf status nightly_sync")
	w.as("chen").reads("default 上的 `nightly_sync`：成功。")
}

func TestAChannelReadsItsLanguage(t *testing.T) {
	t.Parallel()
	w := unstarted(t)
	w.env["SLIPWAY_LANGUAGE"] = "zh"
	w.rules = []approval.Rule{{Name: "两人", Approvals: 2, Approvers: []string{"@data-leads"}, ExpiresIn: approval.BuiltIn().ExpiresIn}}
	w.start()
	w.as("ana").types("/lf start nightly_sync 源库已重新加载")
	w.cardSays("Ana 请求在 default 上启动 `nightly_sync`", "原因：源库已重新加载", "已有 0 项批准，共需 2 项")
	w.as("ben").presses("批准")
	w.as("chen").presses("批准")
	w.cardSays("`nightly_sync` 成功了，用时", "已由 Ben 和 Chen 批准，规则“两人”")
	w.threadSays("LakeFormation 已于", "受理")
	require.NotRegexp(t, english, data.ReplaceAllString(strings.Join(append(w.thread(), w.card()), "\n"), ""), "no sentence is left in English")

	// Ana has set Slack to English: what she alone sees is English.
	w.as("ana").types("/lf status R-1001")
	w.as("ana").reads("`nightly_sync` succeeded after")
}

// english finds two words in a row; data are names, times and ids that are the same in every language.
var (
	english = regexp.MustCompile(`[a-zA-Z]{2,} [a-zA-Z]{2,}`)
	data    = regexp.MustCompile("`[^`]*`|<[^>]*>|R-\\d+")
)
