-- Times are microseconds since 1970 in UTC; NULL is never. What no query selects or orders by is JSON in body.

-- +goose Up
CREATE TABLE requests (
    id                INTEGER PRIMARY KEY AUTOINCREMENT,
    version           INTEGER NOT NULL,
    shown_version     INTEGER NOT NULL DEFAULT 0,
    terms             INTEGER NOT NULL,
    state             TEXT    NOT NULL,
    action            TEXT    NOT NULL,
    team              TEXT    NOT NULL,
    requester         TEXT    NOT NULL,
    channel           TEXT    NOT NULL,
    instance          TEXT    NOT NULL,
    asked_job         TEXT    NOT NULL,
    job_id            TEXT    NOT NULL DEFAULT '',
    job_name          TEXT    NOT NULL DEFAULT '',
    open_key          TEXT    UNIQUE,
    created_at        INTEGER NOT NULL,
    ended_at          INTEGER,
    due_at            INTEGER,
    leased_until      INTEGER,
    fence             INTEGER NOT NULL DEFAULT 0,
    card_channel      TEXT    NOT NULL DEFAULT '',
    card_ts           TEXT    NOT NULL DEFAULT '',
    card_told         TEXT    NOT NULL DEFAULT '',
    card_told_ts      TEXT    NOT NULL DEFAULT '',
    card_due_at       INTEGER,
    card_leased_until INTEGER,
    card_fence        INTEGER NOT NULL DEFAULT 0,
    reply_url         TEXT,
    reply_until       INTEGER,
    body              TEXT    NOT NULL
) STRICT;

-- The first request is R-1001.
INSERT INTO sqlite_sequence (name, seq) VALUES ('requests', 1000);

-- Work, and what is open: small however many requests have ended.
CREATE INDEX requests_due      ON requests (due_at, id)      WHERE due_at IS NOT NULL;
CREATE INDEX requests_card_due ON requests (card_due_at, id) WHERE card_due_at IS NOT NULL;
CREATE INDEX requests_reply    ON requests (reply_until)     WHERE reply_until IS NOT NULL;
CREATE INDEX requests_open     ON requests (id)              WHERE ended_at IS NULL;

-- Crowds. Not partial: SQLite, which knows no numbers of rows, takes the index that matches most columns.
CREATE INDEX requests_crowd_requester ON requests (requester, ended_at, id);
CREATE INDEX requests_crowd_channel   ON requests (channel, ended_at, id);

-- Finding, newest first.
CREATE INDEX requests_asked_job ON requests (asked_job, id);
CREATE INDEX requests_job_id    ON requests (job_id, id);
CREATE INDEX requests_job_name  ON requests (job_name, id);
CREATE INDEX requests_requester ON requests (requester, id);
CREATE INDEX requests_channel   ON requests (channel, id);
CREATE INDEX requests_instance  ON requests (instance, id);

-- Who said yes or no. The same person may say yes and then no, but neither twice under the same terms.
CREATE TABLE decisions (
    seq     INTEGER PRIMARY KEY AUTOINCREMENT,
    request INTEGER NOT NULL REFERENCES requests (id),
    terms   INTEGER NOT NULL,
    team    TEXT    NOT NULL,
    actor   TEXT    NOT NULL,
    name    TEXT    NOT NULL,
    approve INTEGER NOT NULL,
    at      INTEGER NOT NULL,
    approver_as TEXT NOT NULL, -- which of the rule's approvers they were: a JSON list
    UNIQUE (request, terms, team, actor, approve)
) STRICT;

-- The audit: append only, and each event holds the hash of the one before. No actor: Slipway itself. No request: 0.
CREATE TABLE events (
    seq        INTEGER PRIMARY KEY,
    request    INTEGER NOT NULL,
    at         INTEGER NOT NULL,
    kind       TEXT    NOT NULL,
    team       TEXT    NOT NULL,
    actor      TEXT    NOT NULL,
    from_state TEXT    NOT NULL,
    to_state   TEXT    NOT NULL,
    digest     TEXT    NOT NULL, -- of what the request's decisions bind to
    detail     TEXT    NOT NULL,
    prev       TEXT    NOT NULL,
    hash       TEXT    NOT NULL
) STRICT;
CREATE INDEX events_request ON events (request, seq);

-- The newest event. Whoever adds one locks this row, so that events have no gaps and one order.
CREATE TABLE audit_head (
    seq  INTEGER NOT NULL,
    hash TEXT    NOT NULL
) STRICT;
INSERT INTO audit_head (seq, hash) VALUES (0, '');

-- +goose StatementBegin
CREATE TRIGGER events_stay_as_they_are BEFORE UPDATE ON events BEGIN SELECT RAISE(ABORT, 'the audit is append only'); END;
-- +goose StatementEnd
-- +goose StatementBegin
CREATE TRIGGER events_stay BEFORE DELETE ON events BEGIN SELECT RAISE(ABORT, 'the audit is append only'); END;
-- +goose StatementEnd

-- Slack's deliveries, so that each is recorded once.
CREATE TABLE inbox (
    envelope_id TEXT UNIQUE,
    natural_key TEXT UNIQUE,
    request     INTEGER NOT NULL REFERENCES requests (id),
    at          INTEGER NOT NULL
) STRICT;
CREATE INDEX inbox_at ON inbox (at);
