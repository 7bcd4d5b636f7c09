package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"
	"strconv"

	"github.com/sirupsen/logrus"
	"golang.org/x/term"
)

// newLog writes text on a terminal and JSON elsewhere, and never a secret of the settings.
func newLog(w io.Writer, c Config) (*logrus.Entry, error) {
	log := logrus.New()
	log.SetLevel(c.LogLevel)
	file, isFile := w.(*os.File)
	if c.LogFormat == "json" || (c.LogFormat == "" && !(isFile && term.IsTerminal(int(file.Fd())))) {
		log.SetFormatter(&logrus.JSONFormatter{})
	} else {
		log.SetFormatter(&logrus.TextFormatter{FullTimestamp: true, ForceColors: isFile && term.IsTerminal(int(file.Fd()))})
	}
	log.SetOutput(newRedactor(w, c.secrets))
	return logrus.NewEntry(log), nil
}

// redactor blacks out secrets in whatever passes through it. Each Write is one whole log line.
type redactor struct {
	to      io.Writer
	secrets [][]byte
}

func newRedactor(to io.Writer, secrets []string) *redactor {
	r := &redactor{to: to}
	for _, s := range secrets {
		if len(s) < 4 {
			continue // too short to be told from ordinary words
		}
		r.secrets = append(r.secrets, []byte(s))
		// As a JSON line and as a text line would spell it.
		for _, quoted := range []string{asJSON(s), strconv.Quote(s)} {
			if inner := quoted[1 : len(quoted)-1]; inner != s {
				r.secrets = append(r.secrets, []byte(inner))
			}
		}
	}
	return r
}

// asJSON quotes as logrus does: text that is always JSON has no error.
func asJSON(s string) string {
	quoted, err := json.Marshal(s)
	if err != nil {
		return strconv.Quote(s)
	}
	return string(quoted)
}

func (r *redactor) Write(line []byte) (int, error) {
	clean := line
	for _, secret := range r.secrets {
		clean = bytes.ReplaceAll(clean, secret, []byte("[redacted]"))
	}
	if _, err := r.to.Write(clean); err != nil {
		return 0, err
	}
	return len(line), nil
}
