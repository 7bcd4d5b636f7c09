// Package approval is Slipway's domain: what people ask for, who may allow it, and what became of it.
//
// A Request is one row with one State, and the row is the work: DueAt says when to look at it next. Only Apply changes
// a State, and it is pure: a Request and an Event in, the next Request out. Service is the one way in for people; the
// worker moves Requests on through Store.Update. The package imports the standard library only.
package approval
