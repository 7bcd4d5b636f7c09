// Package playground lets anyone try Slipway in a minute: it runs a local Slack
// and a local LakeFormation, starts Slipway as a child process against them, and
// serves a web page on which one person plays everybody. Nothing leaves this machine.
//
// The page talks to the server by JSON: POST /api/… does something, GET /api/state
// is a stream of server-sent events with the parts of the state that changed.
package playground
