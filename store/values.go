package store

import (
	"database/sql"
	"strings"
	"time"
)

// micros is a time as a column holds it: microseconds since 1970, or NULL for the zero time.
func micros(t time.Time) any {
	if t.IsZero() {
		return nil
	}
	return t.UnixMicro()
}

// into scans such a column.
type into struct{ t *time.Time }

func (i into) Scan(src any) error {
	var n sql.NullInt64
	if err := n.Scan(src); err != nil {
		return err
	}
	*i.t = time.Time{}
	if n.Valid {
		*i.t = time.UnixMicro(n.Int64).UTC()
	}
	return nil
}

// text makes what strangers sent fit for a TEXT column: PostgreSQL takes neither NUL nor broken UTF-8, and a definite
// answer must not stay unrecorded because of one odd character in it.
func text(s string) string {
	return strings.ToValidUTF8(strings.ReplaceAll(s, "\x00", ""), "\uFFFD")
}

// textOrNull is NULL for "", so that a UNIQUE column lets many rows have none.
func textOrNull(s string) any {
	if s = text(s); s == "" {
		return nil
	}
	return s
}
