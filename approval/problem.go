package approval

import "strconv"

// Nobody is a Problem's Speaker where there was no answer, or none to understand: Message is then what Slipway saw.
const Nobody = "nobody"

// Suggestion is the next step with the word that it is ours; "" where LakeFormation says itself what to do.
func (p Problem) Suggestion() string {
	switch {
	case p.Next == "" || p.Solution != "":
		return ""
	case p.Speaker != "" || p.HTTPStatus != 0:
		return "Our suggestion: " + p.Next
	}
	return p.Next
}

// Said is what the other side said, in lines that name the speaker: code and message, solution, request id.
func (p Problem) Said() []string {
	speaker, lines := p.Speaker, []string(nil)
	if speaker == "" {
		speaker = "LakeFormation"
	}
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
	case speaker == Nobody:
		lines = append(lines, "What happened: "+said)
	default:
		lines = append(lines, speaker+" said: "+said)
	}
	if p.Solution != "" {
		lines = append(lines, speaker+" says what to do: "+p.Solution)
	}
	if p.RequestID != "" {
		lines = append(lines, "For Huawei Cloud's support: request id "+p.RequestID)
	}
	return lines
}
