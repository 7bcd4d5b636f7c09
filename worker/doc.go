// Package worker moves Requests on: it claims due rows and does for each State what is due, which is to describe,
// start, look, watch or expire. Everything it knows is in the row, so that another process can go on after a crash.
package worker
