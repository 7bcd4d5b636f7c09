//go:build !unix

package playground

// lockDir does nothing here: Slipway's own database does not run without file locks either.
func lockDir(string) (release func() error, err error) { return func() error { return nil }, nil }
