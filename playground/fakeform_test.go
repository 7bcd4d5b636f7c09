package playground_test

import (
	"context"
	"fmt"
	"strings"

	"github.com/slack-go/slack"

	"slipway/playground/localslack"
)

// The forms of the tiny bot: a modal with every kind of input, and a Home tab.

func plainWords(s string) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, s, false, false)
}

func choice(value string) *slack.OptionBlockObject {
	return slack.NewOptionBlockObject(value, plainWords(strings.ToUpper(value[:1])+value[1:]), nil)
}

func startForm(hint string) slack.ModalViewRequest {
	input := func(id, title string, element slack.BlockElement) *slack.InputBlock {
		return slack.NewInputBlock(id, plainWords(title), nil, element)
	}
	none := 0
	jobs := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plainWords("Type a part of its name"), "job_select")
	jobs.MinQueryLength = &none
	mode := slack.NewRadioButtonsBlockElement("mode_radio", choice("normal"), choice("comparison"))
	mode.InitialOption = choice("normal")
	instance := input("instance", "Instance", slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, "instance_select", choice("prod"), choice("staging")))
	instance.Optional = true
	cascade := input("cascade", "Options", slack.NewCheckboxGroupsBlockElement("cascade_box", choice("cascade")))
	cascade.Optional = true
	channel := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, nil, "channel_select")
	channel.DefaultToCurrentConversation = true
	text := slack.NewPlainTextInputBlockElement(nil, "reason_text")
	text.Multiline = true
	reason := input("reason", "Reason", text)
	reason.Hint, reason.Optional = plainWords(hint), true
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: "start_form", Title: plainWords("Start a job"), Submit: plainWords("Ask to start"), Close: plainWords("Cancel"), NotifyOnClose: true,
		Blocks: slack.Blocks{BlockSet: []slack.Block{input("job", "Job", jobs), input("mode", "Mode", mode), instance, cascade, reason, input("channel", "Channel", channel)}},
	}
}

// formAnswer answers what comes from modals, shortcuts and the Home tab.
func formAnswer(api *slack.Client, c slack.InteractionCallback) (answered bool, reply []any) {
	switch c.Type {
	case slack.InteractionTypeShortcut, slack.InteractionTypeMessageAction:
		_, _ = api.OpenView(c.TriggerID, startForm("Asked from "+strings.TrimSpace(string(c.Type)+" "+c.Message.Text)))
	case slack.InteractionTypeBlockSuggestion:
		options := []*slack.OptionBlockObject{}
		for _, name := range []string{"nightly_sync", "nightly_check", "weekly_discovery"} {
			if strings.Contains(name, c.Value) {
				options = append(options, slack.NewOptionBlockObject("id-"+name, plainWords(name), nil))
			}
		}
		return true, []any{map[string]any{"options": options}}
	case slack.InteractionTypeViewSubmission:
		return true, submitted(api, c)
	case slack.InteractionTypeViewClosed:
		publishHome(api, c.User.ID, "the form was closed")
	case slack.InteractionTypeBlockActions:
		if c.Container.Type != "view" {
			return false, nil
		}
		switch c.ActionCallback.BlockActions[0].ActionID {
		case "open_start":
			_, _ = api.OpenView(c.TriggerID, startForm("Asked from Home"))
		case "open_fields":
			_, _ = api.OpenView(c.TriggerID, fieldsForm())
		default:
			publishHome(api, c.User.ID, "decided "+c.ActionCallback.BlockActions[0].Value+c.ActionCallback.BlockActions[0].SelectedOption.Value)
		}
	}
	return true, nil
}

// fieldsForm has the elements that Slipway itself does not use.
func fieldsForm() slack.ModalViewRequest {
	var blocks []slack.Block
	add := func(element slack.BlockElement, id string) {
		blocks = append(blocks, slack.NewInputBlock(id, plainWords("The "+id), nil, element))
	}
	sizes := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeStatic, plainWords("Sizes"), "sizes", choice("small"), choice("medium"), choice("large"))
	most := 2
	sizes.MaxSelectedItems = &most
	add(sizes, "sizes")
	add(slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeUser, plainWords("Users"), "users"), "users")
	add(slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeChannels, plainWords("Channels"), "channels"), "channels")
	add(slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeConversations, plainWords("Rooms"), "rooms"), "rooms")
	none := 0
	jobs := slack.NewOptionsMultiSelectBlockElement(slack.MultiOptTypeExternal, plainWords("Jobs"), "jobs")
	jobs.MinQueryLength = &none
	add(jobs, "jobs")
	add(slack.NewDatePickerBlockElement("day"), "day")
	add(slack.NewTimePickerBlockElement("hour"), "hour")
	add(slack.NewDateTimePickerBlockElement("moment"), "moment")
	return slack.ModalViewRequest{Type: slack.VTModal, CallbackID: "fields_form", Title: plainWords("All the fields"), Submit: plainWords("Send"), Blocks: slack.Blocks{BlockSet: blocks}}
}

func submitted(api *slack.Client, c slack.InteractionCallback) []any {
	values := c.View.State.Values
	if c.View.CallbackID == "fields_form" {
		v := func(id string) slack.BlockAction { return values[id][id] }
		var sizes []string
		for _, o := range append(v("sizes").SelectedOptions, v("jobs").SelectedOptions...) {
			sizes = append(sizes, o.Value)
		}
		publishHome(api, c.User.ID, fmt.Sprint("got ", sizes, v("users").SelectedUsers, v("channels").SelectedChannels, v("rooms").SelectedConversations, " ", v("day").SelectedDate, " ", v("hour").SelectedTime, " ", v("moment").SelectedDateTime))
		return nil
	}
	if values["reason"]["reason_text"].Value == "" {
		return []any{slack.NewErrorsViewSubmissionResponse(map[string]string{"reason": "Production wants a reason."})}
	}
	asked := strings.Join([]string{
		values["job"]["job_select"].SelectedOption.Value, values["mode"]["mode_radio"].SelectedOption.Value,
		values["instance"]["instance_select"].SelectedOption.Value, values["reason"]["reason_text"].Value,
	}, " ")
	for _, box := range values["cascade"]["cascade_box"].SelectedOptions {
		asked += " with " + box.Value
	}
	publishHome(api, c.User.ID, "asked "+asked)
	log := strings.Repeat("a line of the log\n", 30)
	_, _ = api.UploadFile(slack.UploadFileParameters{
		Filename: "job.log", Title: "Log of the last run", Content: log, FileSize: len(log), InitialComment: "Asked: " + asked,
		Channel: values["channel"]["channel_select"].SelectedConversation,
	})
	return nil
}

func publishHome(api *slack.Client, user, says string) {
	row := func(id string) slack.Block {
		button := slack.NewButtonBlockElement("decide", id, plainWords("Approve "+id))
		return slack.NewSectionBlock(plainWords(id+" waits for you"), nil, slack.NewAccessory(button))
	}
	more := slack.NewOverflowBlockElement("more", choice("later"), choice("never"))
	_, _ = api.PublishViewContext(context.Background(), slack.PublishViewContextRequest{UserID: user, View: slack.HomeTabViewRequest{Type: slack.VTHomeTab, Blocks: slack.Blocks{BlockSet: []slack.Block{
		slack.NewHeaderBlock(plainWords("Home of " + map[bool]string{true: "Ana", false: "somebody else"}[user == localslack.UserAna])),
		slack.NewSectionBlock(plainWords(says), nil, nil),
		row("R-1"), row("R-2"),
		slack.NewActionBlock("acts", slack.NewButtonBlockElement("open_start", "", plainWords("Start a job")).WithStyle(slack.StylePrimary), more, slack.NewButtonBlockElement("open_fields", "", plainWords("All the fields"))),
	}}}})
}
