package playground_test

import (
	"context"
	"fmt"
	"os"
	"os/signal"
	"strings"
	"syscall"
	"testing"

	"github.com/slack-go/slack"
	"github.com/slack-go/slack/slackevents"
	"github.com/slack-go/slack/socketmode"
)

// The child of these tests is this test binary itself, in one of these parts.
const (
	childPart = "PLAYGROUND_TEST_CHILD"
	serves    = "serves"  // a bot that answers, and stops on SIGTERM
	leaves    = "leaves"  // says why and exits with 3
	ignores   = "ignores" // does not stop on SIGTERM
	shows     = "shows"   // prints its environment
	firstWord = "child: I am here"
)

func TestMain(m *testing.M) {
	switch part := os.Getenv(childPart); part {
	case "":
		os.Exit(m.Run())
	case serves:
		fmt.Fprintln(os.Stderr, firstWord)
		if err := tinyBot(); err != nil {
			fmt.Fprintln(os.Stderr, "child:", err)
			os.Exit(1)
		}
	case leaves:
		fmt.Fprintln(os.Stderr, "child: cannot read slipway.yaml: line 3: unknown key")
		os.Exit(3)
	case ignores:
		signal.Ignore(syscall.SIGTERM)
		fmt.Fprintln(os.Stderr, firstWord)
		select {}
	case shows:
		fmt.Fprintln(os.Stdout, strings.Join(os.Environ(), "\n"))
		fmt.Fprintln(os.Stdout, firstWord)
		waitForTERM()
	}
}

func waitForTERM() {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	<-ctx.Done()
}

// tinyBot asks on a card before it does nothing.
func tinyBot() error {
	ctx, stop := signal.NotifyContext(context.Background(), syscall.SIGTERM)
	defer stop()
	api := slack.New(os.Getenv("SLACK_BOT_TOKEN"), slack.OptionAPIURL(os.Getenv("SLACK_API_URL")), slack.OptionAppLevelToken(os.Getenv("SLACK_APP_TOKEN")))
	client := socketmode.New(api)
	go func() {
		for event := range client.Events {
			switch data := event.Data.(type) {
			case slack.SlashCommand:
				_ = client.Ack(*event.Request, map[string]any{"text": "Only you see this: `" + data.Text + "` is on its way."})
				_, _, _ = api.PostMessage(data.ChannelID, question(data)...)
			case slackevents.EventsAPIEvent:
				_ = client.Ack(*event.Request)
				if opened, ok := data.InnerEvent.Data.(*slackevents.AppHomeOpenedEvent); ok {
					publishHome(api, opened.User, "nothing asked yet")
				}
			case slack.InteractionCallback:
				if answered, reply := formAnswer(api, data); answered {
					_ = client.Ack(*event.Request, reply...)
					continue
				}
				_ = client.Ack(*event.Request)
				_, _, _, _ = api.UpdateMessage(data.Channel.ID, data.Message.Timestamp, slack.MsgOptionText("Started by "+data.User.Name+".", false))
				_, _, _ = api.PostMessage(data.Channel.ID, slack.MsgOptionText("<@"+data.User.ID+"> it has ended.", false), slack.MsgOptionTS(data.Message.Timestamp))
			}
		}
	}()
	if err := client.RunContext(ctx); ctx.Err() == nil {
		return err
	}
	return nil
}

func question(c slack.SlashCommand) []slack.MsgOption {
	button := slack.NewButtonBlockElement("approve", "R-1", slack.NewTextBlockObject(slack.PlainTextType, "Start job", false, false)).WithStyle(slack.StylePrimary)
	if strings.HasPrefix(c.Text, "stop") {
		words := func(s string) *slack.TextBlockObject {
			return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
		}
		button.Confirm = slack.NewConfirmationBlockObject(words("Really?"), words("It stops the run."), words("Stop it"), words("Leave it"))
	}
	return []slack.MsgOption{
		slack.MsgOptionText("Question", false),
		slack.MsgOptionBlocks(
			slack.NewSectionBlock(slack.NewTextBlockObject(slack.MarkdownType, "*Do `"+c.Text+"`?* <script>alert(1)</script>", false, false), nil, nil),
			slack.NewActionBlock("decide", button)),
	}
}
