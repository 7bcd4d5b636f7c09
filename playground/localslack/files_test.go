package localslack_test

import (
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/slack-go/slack"
	"github.com/stretchr/testify/require"

	"slipway/playground/localslack"
)

func TestALogIsUploadedIntoAThread(t *testing.T) {
	s := start(t, widely)
	ts := say(t, s, platform)
	log := strings.Repeat("a line of the log\n", 500)
	file, err := judge(s).UploadFileContext(t.Context(), slack.UploadFileParameters{
		Filename: "nightly_sync.log", Title: "Log of nightly_sync", Content: log, FileSize: len(log),
		Channel: platform, ThreadTimestamp: ts, InitialComment: "The last 500 lines",
	})
	require.NoError(t, err)
	require.NotEmpty(t, file.ID)
	m := s.Thread(platform, ts)[1]
	require.Equal(t, "The last 500 lines\nLog of nightly_sync", localslack.PlainText(m))
	require.Equal(t, localslack.File{ID: file.ID, Name: "nightly_sync.log", Title: "Log of nightly_sync", Content: log}, m.Files[0])
}

func TestAFileGoesWrongAsItDoesAtSlack(t *testing.T) {
	s := start(t, widely)
	announce := func(length string) (id, url string) {
		out := call(t, s, "files.getUploadURLExternal", botToken, map[string]any{"filename": "a.log", "length": length})
		require.Equal(t, true, out["ok"], out)
		return out["file_id"].(string), out["upload_url"].(string)
	}
	complete := func(channel, id string) any {
		return call(t, s, "files.completeUploadExternal", botToken, map[string]any{"channel_id": channel, "files": []any{map[string]any{"id": id}}})["error"]
	}
	id, url := announce("3")
	require.Equal(t, "file_not_found", complete(platform, id), "nothing was sent yet")
	res, _ := post(t, url, "", "abc") // with its quotes that is five bytes
	require.Equal(t, http.StatusBadRequest, res.StatusCode)
	id, url = announce("5")
	res, _ = post(t, url, "", "abc")
	require.Equal(t, http.StatusOK, res.StatusCode)
	res, _ = post(t, url, "", "abc")
	require.Equal(t, http.StatusNotFound, res.StatusCode, "an address works once")
	require.Equal(t, "channel_not_found", complete("C0NOWHERE", id))
	require.Equal(t, "not_in_channel", complete(analytics, id))
	require.Nil(t, complete(ben, id), "a user's id is their direct message")
	require.Len(t, s.Messages(s.DM(ben)), 1)
	require.Equal(t, "file_already_completed", complete(platform, id))

	for _, bad := range []map[string]any{{"filename": "a"}, {"length": "1"}, {"filename": "a", "length": "0"}} {
		require.Equal(t, "invalid_arguments", call(t, s, "files.getUploadURLExternal", botToken, bad)["error"])
	}
	tooLong := map[string]any{"filename": "a", "length": "1048577", "snippet_type": "text"}
	require.Equal(t, "snippet_too_large", call(t, s, "files.getUploadURLExternal", botToken, tooLong)["error"])
}

func TestFilesNeedTheirScope(t *testing.T) {
	s := start(t, func(c *localslack.Config) {
		c.Scopes = slices.DeleteFunc(c.Scopes, func(one string) bool { return one == "files:write" })
	})
	out := call(t, s, "files.getUploadURLExternal", botToken, map[string]any{"filename": "a", "length": "1"})
	require.Equal(t, "missing_scope", out["error"])
	require.Equal(t, "files:write", out["needed"])
}
