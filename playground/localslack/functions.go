package localslack

import (
	"encoding/json"
	"slices"
)

// Function is a step of the app's in Workflow Builder. All its parameters are texts.
type Function struct {
	CallbackID string
	Inputs     []string
	Required   []string // of the inputs
	Outputs    []string
}

// Execution is one run of a Function: what a workflow waits for.
type Execution struct {
	ID      string
	Done    bool
	Failed  bool
	Outputs map[string]string // of one that did not fail
	Error   string            // of one that did: Slackbot tells it to whoever ran the workflow
}

// RunStep runs a workflow that consists of one step. The event names nobody for whom it runs:
// https://docs.slack.dev/reference/events/function_executed.
func (s *Server) RunStep(callbackID string, inputs map[string]string) (executionID string, d Delivery) {
	wait := s.act(func() (step, string) {
		i := slices.IndexFunc(s.cfg.Functions, func(f Function) bool { return f.CallbackID == callbackID })
		if i < 0 || !slices.Contains(s.cfg.Events, "function_executed") {
			return nil, "the app has no step " + callbackID
		}
		f := s.cfg.Functions[i]
		for name := range inputs {
			if !slices.Contains(f.Inputs, name) {
				return nil, "the step has no input " + name
			}
		}
		for _, name := range f.Required {
			if inputs[name] == "" {
				return nil, "the step needs the input " + name
			}
		}
		executionID = "Fx" + newID()[:10]
		s.executions[executionID] = &running{Execution: Execution{ID: executionID}, function: f}
		event := s.eventCallback(map[string]any{
			"type": "function_executed", "function": object{"id": "Fn" + newID()[:10], "callback_id": callbackID, "type": "app", "app_id": s.cfg.AppID},
			"inputs": inputs, "function_execution_id": executionID, "workflow_execution_id": "Wx" + newID()[:10],
			"event_ts": s.nextTS(), "bot_access_token": "xwfp-" + newID(),
		})
		return func() Delivery { return s.carryEvent(event) }, ""
	})
	return executionID, wait()
}

// running is an Execution with what its answer is checked against.
type running struct {
	Execution
	function Function
}

// Execution tells what became of a step.
func (s *Server) Execution(id string) Execution {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.executions[id]; e != nil {
		return e.Execution
	}
	return Execution{}
}

// CancelExecution ends a step whose workflow somebody stopped.
func (s *Server) CancelExecution(id string) {
	s.mu.Lock()
	defer s.mu.Unlock()
	if e := s.executions[id]; e != nil {
		e.Done, e.Failed = true, true
	}
}

// completing finds the step that is answered: https://docs.slack.dev/reference/methods/functions.completeSuccess.
func (s *Server) completing(given args) (*running, *failure) {
	e := s.executions[given["function_execution_id"]]
	switch {
	case given["function_execution_id"] == "":
		return nil, fail("invalid_arguments")
	case e == nil:
		return nil, fail("function_execution_not_found")
	case e.Done:
		return nil, fail("execution_not_in_running_state")
	}
	return e, nil
}

func (s *Server) completeSuccess(given args) (answer, *failure) {
	e, f := s.completing(given)
	if f != nil {
		return nil, f
	}
	var outputs map[string]string
	if given["outputs"] == "" || json.Unmarshal([]byte(given["outputs"]), &outputs) != nil {
		return nil, fail("parameter_validation_failed")
	}
	for name := range outputs {
		if !slices.Contains(e.function.Outputs, name) {
			return nil, invalid("parameter_validation_failed", []string{errorMark + "there is no output " + name})
		}
	}
	e.Done, e.Outputs = true, outputs
	s.note()
	return nil, nil
}

func (s *Server) completeError(given args) (answer, *failure) {
	e, f := s.completing(given)
	switch {
	case f != nil:
		return nil, f
	case given["error"] == "":
		return nil, fail("invalid_arguments")
	}
	e.Done, e.Failed, e.Error = true, true, given["error"]
	s.note()
	return nil, nil
}
