package main

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"net/url"
	"os"
	"strings"
)

// maxSecretFile is the size in bytes of the largest file that is taken for a secret.
const maxSecretFile = 64 << 10

// lookUp reads the variable NAME, or else the file that NAME_FILE names, without the line breaks at its end. wrong says
// what to change, and never holds what was read; the value is "" then.
func lookUp(getenv func(string) string, name string) (value string, fromFile bool, wrong string) {
	value, path := strings.TrimSpace(getenv(name)), strings.TrimSpace(getenv(name+"_FILE"))
	switch {
	case path == "":
		return value, false, ""
	case value != "":
		return "", false, fmt.Sprintf("%s and %s_FILE are both set; unset one of them", name, name)
	}
	text, err := readSecret(path)
	if err != nil {
		// Not the path: it may be the secret itself, set under the wrong name.
		return "", true, fmt.Sprintf("%s_FILE names a file %v", name, err)
	}
	return text, true, ""
}

// readSecret reads a file that holds one secret. Its errors go on after the words "a file", with a hint.
func readSecret(path string) (string, error) {
	file, err := os.Open(path)
	if err != nil {
		return "", unreadable(err)
	}
	defer file.Close()
	text, err := io.ReadAll(io.LimitReader(file, maxSecretFile+1))
	secret := strings.TrimRight(string(text), "\r\n")
	switch {
	case err != nil:
		return "", unreadable(err)
	case len(text) > maxSecretFile:
		return "", fmt.Errorf("that is larger than %d KiB; write the secret alone into it", maxSecretFile>>10)
	case strings.TrimSpace(secret) == "":
		return "", errors.New("that is empty; write the secret into it, or unset the variable")
	}
	return secret, nil
}

func unreadable(err error) error {
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return errors.New("that is not there; correct the path, or mount the secret")
	case errors.Is(err, fs.ErrPermission):
		return errors.New("that Slipway may not read; let the user that runs Slipway read it")
	}
	var wrapped *fs.PathError
	if errors.As(err, &wrapped) {
		err = wrapped.Err // without the path
	}
	return fmt.Errorf("that cannot be read (%w); it must be a file that holds the secret alone", err)
}

// passwordsOf are the passwords in a database's address, in each spelling in which they could be shown.
func passwordsOf(databaseURL string) []string {
	u, err := url.Parse(databaseURL)
	if err != nil {
		return nil
	}
	var found []string
	if password, ok := u.User.Password(); ok && password != "" {
		found = append(found, password)
		if _, raw, ok := strings.Cut(u.User.String(), ":"); ok && raw != password {
			found = append(found, raw)
		}
	}
	if password := u.Query().Get("password"); password != "" {
		found = append(found, password)
	}
	return found
}
