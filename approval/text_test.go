package approval

import (
	"encoding/json"
	"fmt"
	"strings"
	"testing"
	"time"

	"github.com/stretchr/testify/require"
)

func TestATextIsKeptAsItIs(t *testing.T) {
	for _, text := range []Text{
		{}, T("100 % sure"), T("%s and %d", "Ben", 2), T("%s %s", T("Nothing was started."), T("There is no job %s.", "x")),
		Sentences(T("One."), Text{}, T("Two %s.", "b"), T("Three.")), T("%s", "[\"not a text\"]"),
	} {
		data, err := json.Marshal(text)
		require.NoError(t, err)
		var back Text
		require.NoError(t, json.Unmarshal(data, &back))
		require.Equal(t, text, back, string(data))
	}
	for _, broken := range []string{`1`, `[]`, `[1]`, `["%s", 1.5]`, `["%s", {}]`, `["%s", null]`, `{}`} {
		var text Text
		require.Error(t, json.Unmarshal([]byte(broken), &text), broken)
	}
}

func TestAVoiceSaysWhatATextHolds(t *testing.T) {
	require.Equal(t, "100 % sure", T("100 % sure").String(), "without arguments it is no format")
	require.Equal(t, "R-7 One. Two.", T("%s %s", ID(7), Sentences(T("One."), T("Two."))).String())
	loud := Plain
	loud.Print = func(format string, args ...any) string { return strings.ToUpper(fmt.Sprintf(format, args...)) }
	require.Equal(t, "BEN TOOK 1 MIN 5 S", loud.Say("%s took %s", Actor{Name: "Ben"}, 65*time.Second))
	require.Equal(t, "ONE. TWO BEN", loud.Text(Sentences(T("One."), T("Two %s", "Ben"))))
	require.Equal(t, "BEN AND CHEN AND DEV", loud.All([]string{"Ben", "Chen", "Dev"}))
}

func TestDurationsAsPeopleSayThem(t *testing.T) {
	for d, want := range map[time.Duration]string{
		40 * time.Second: "40 s", 700 * time.Second: "11 min 40 s", 12 * time.Minute: "12 min", 2 * time.Hour: "2 h", 125 * time.Minute: "2 h 5 min",
	} {
		require.Equal(t, want, Plain.Duration(d))
	}
}
