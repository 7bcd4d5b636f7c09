package commands

import "context"

// instancesHere lists the LakeFormation instances of the settings.
func (r *Router) instancesHere(_ context.Context, in Invocation, _ Line) Answer {
	reply := Reply{Text: in.Voice.Say("The instances that jobs are started on:")}
	for _, name := range r.names {
		client := r.instances[name]
		reply.Rows = append(reply.Rows, Row{Title: name, State: client.Host(), Detail: client.InstanceID()})
	}
	reply.Foot = in.Voice.Say("With several, write the instance before the job: %s", in.called("start "+r.names[0]+"/nightly_sync"))
	return Answer{Now: reply}
}
