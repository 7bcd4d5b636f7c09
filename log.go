package main

import (
	"bytes"
	"encoding/json"
	"io"
	"os"

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
		// As a JSON line would spell it.
		if quoted, err := json.Marshal(s); err == nil && string(quoted) != `"`+s+`"` {
			r.secrets = append(r.secrets, quoted[1:len(quoted)-1])
		}
	}
	return r
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
