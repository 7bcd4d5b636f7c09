//go:build !unix

package playground

import "os/exec"

func ownGroup(*exec.Cmd) {}
