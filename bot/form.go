package bot

import (
	"encoding/json"

	"github.com/slack-go/slack"

	"slipway/approval"
	"slipway/commands"
)

// The form's callback id, and the action ids of its fields. A field's block id is its name; that of the jobs names the
// instance, too: another instance then has an empty field, and a suggestion knows whose jobs are wanted.
const (
	formCallback  = "start_form"
	formInstance  = "form_instance"
	formJob       = "form_job"
	formMode      = "form_mode"
	formCascade   = "form_cascade"
	formReason    = "form_reason"
	formChannel   = "form_channel"
	cascadeBlock  = "cascade"
	jobBlock      = "job."
	startShortcut = "start_job"      // the global shortcut's callback id in the manifest
	startThis     = "start_this_job" // the message shortcut's
	openStart     = "open_start"     // a button that opens the form
	maxOption     = 75
)

// formState is what the form remembers of where it was opened; it goes through Slack and back.
type formState struct {
	Channel string `json:"channel,omitempty"`
	Command string `json:"command,omitempty"`
}

// RenderForm draws a Form as a modal.
func RenderForm(f commands.Form, v approval.Voice) slack.ModalViewRequest {
	var blocks []slack.Block
	if f.Hint != "" {
		blocks = append(blocks, slack.NewSectionBlock(slack.NewTextBlockObject(slack.PlainTextType, cut(f.Hint, maxSection), false, false), nil, nil))
	}
	if len(f.Instances) > 1 {
		blocks = append(blocks, instanceField(f, v))
	}
	blocks = append(blocks, jobField(f, v), modeField(v), cascadeField(v), reasonField(v), channelField(f, v))
	kept, _ := json.Marshal(formState{Channel: f.Channel, Command: cut(f.Command, 100)})
	return slack.ModalViewRequest{
		Type: slack.VTModal, CallbackID: formCallback, PrivateMetadata: string(kept),
		Title: plainText(v.Say("Start a job"), 24), Submit: plainText(v.Say("Ask to start"), 24), Close: plainText(v.Say("Cancel"), 24),
		Blocks: slack.Blocks{BlockSet: blocks},
	}
}

func instanceField(f commands.Form, v approval.Voice) slack.Block {
	field := slack.NewOptionsSelectBlockElement(slack.OptTypeStatic, nil, formInstance)
	for _, name := range f.Instances[:min(len(f.Instances), commands.MostChoices)] {
		o := option(name, name, "")
		field.Options = append(field.Options, o)
		if name == f.Instance {
			field.InitialOption = o
		}
	}
	block := input(string(commands.InstanceField), v.Say("Instance"), "", field)
	block.DispatchAction = true
	return block
}

func jobField(f commands.Form, v approval.Voice) slack.Block {
	none := 0
	field := slack.NewOptionsSelectBlockElement(slack.OptTypeExternal, plainText(v.Say("Type a part of its name"), 150), formJob)
	field.MinQueryLength, field.FocusOnLoad = &none, true
	if f.Job.Value != "" {
		field.InitialOption = option(f.Job.Value, f.Job.Name, f.Job.Detail)
	}
	return input(jobBlock+f.Instance, v.Say("Job"), "", field)
}

func modeField(v approval.Voice) slack.Block {
	normal := option("NORMAL", v.Say("Normal"), "")
	field := slack.NewRadioButtonsBlockElement(formMode, normal, option("COMPARISON", v.Say("Comparison"), ""))
	field.InitialOption = normal
	return input(string(commands.ModeField), v.Say("Mode"), "", field)
}

func cascadeField(v approval.Voice) slack.Block {
	block := input(cascadeBlock, v.Say("Options"), "", slack.NewCheckboxGroupsBlockElement(formCascade, option("true", v.Say("With cascade"), "")))
	block.Optional = true
	return block
}

func reasonField(v approval.Voice) slack.Block {
	field := slack.NewPlainTextInputBlockElement(nil, formReason)
	field.Multiline, field.MaxLength = true, approval.LongestReason
	block := input(string(commands.ReasonField), v.Say("Reason"), v.Say("Whoever approves reads it, and so does the channel."), field)
	block.Optional = true
	return block
}

func channelField(f commands.Form, v approval.Voice) slack.Block {
	field := slack.NewOptionsSelectBlockElement(slack.OptTypeConversations, plainText(v.Say("Choose a channel"), 150), formChannel)
	field.Filter = &slack.SelectBlockElementFilter{Include: []string{"public", "private"}, ExcludeBotUsers: true}
	if approval.IsDirect(f.Channel) || f.Channel == "" {
		field.DefaultToCurrentConversation = true
	} else {
		field.InitialConversation = f.Channel
	}
	return input(string(commands.ChannelField), v.Say("Channel"), v.Say("It sees the card, and hears how the job ends. Slipway must be in it."), field)
}

func input(id, label, hint string, element slack.BlockElement) *slack.InputBlock {
	var below *slack.TextBlockObject
	if hint != "" {
		below = plainText(hint, 2000)
	}
	return slack.NewInputBlock(cut(id, 255), plainText(label, 2000), below, element)
}

// option is one of a select's; a value too long for Slack, which no id is, cannot be chosen.
func option(value, text, detail string) *slack.OptionBlockObject {
	var more *slack.TextBlockObject
	if detail != "" {
		more = plainText(detail, maxOption)
	}
	return slack.NewOptionBlockObject(cut(value, 150), plainText(text, maxOption), more)
}

func plainText(s string, most int) *slack.TextBlockObject {
	return slack.NewTextBlockObject(slack.PlainTextType, cut(s, most), false, false)
}

// mostOffered keeps an answer below the 20,480 bytes of an ack that Slack drops without a word.
const mostOffered = 19_000

// offer is the answer to what somebody types into the jobs' field.
type offer struct {
	Options []*slack.OptionBlockObject      `json:"options,omitzero"`
	Groups  []*slack.OptionGroupBlockObject `json:"option_groups,omitempty"`
}

func noOffer() offer { return offer{Options: []*slack.OptionBlockObject{}} }

// choices offers as many jobs as an ack can carry. Slack shows no words beside options, so what is to be said stands in
// the label of their group.
func choices(list []commands.Choice, fit int, v approval.Voice) offer {
	options, size := noOffer().Options, 0
	for _, c := range list {
		o := option(c.Value, c.Name, c.Detail)
		text, err := json.Marshal(o)
		if size += len(text) + 1; err != nil || size > mostOffered {
			break
		}
		options = append(options, o)
	}
	if fit <= len(options) {
		return offer{Options: options}
	}
	label := plainText(v.Say("The first %d: type more of the name", len(options)), maxOption)
	return offer{Groups: []*slack.OptionGroupBlockObject{slack.NewOptionGroupBlockElement(label, options...)}}
}
