package approval

import (
	"cmp"
	"strconv"
)

// Nobody is a Problem's Speaker where there was no answer, or none to understand: Message is then what Slipway saw.
const Nobody = "nobody"

// Suggestion is the next step with the word that it is ours; zero where LakeFormation says itself what to do.
func (p Problem) Suggestion() Text {
	switch {
	case p.Next.IsZero() || p.Solution != "":
		return Text{}
	case p.Speaker != "" || p.HTTPStatus != 0:
		return T("Our suggestion: %s", p.Next)
	}
	return p.Next
}

// Said is what the other side said, in lines that name the speaker: code and message, solution, request id.
func (p Problem) Said() []Text {
	speaker, lines := Text{Format: cmp.Or(p.Speaker, "LakeFormation")}, []Text(nil)
	said := p.Code + p.Message
	switch {
	case p.Code != "" && p.Message != "":
		said = p.Code + ": " + p.Message
	case p.Code == "" && p.HTTPStatus != 0:
		said = "HTTP " + strconv.Itoa(p.HTTPStatus)
		if p.Message != "" {
			said += ": " + p.Message
		}
	}
	switch {
	case said == "":
	case p.Speaker == Nobody:
		lines = append(lines, T("What happened: %s", said))
	default:
		lines = append(lines, T("%s said: %s", speaker, said))
	}
	if p.Solution != "" {
		lines = append(lines, T("%s says what to do: %s", speaker, p.Solution))
	}
	if p.RequestID != "" {
		lines = append(lines, T("For Huawei Cloud's support: request id %s", p.RequestID))
	}
	return lines
}
