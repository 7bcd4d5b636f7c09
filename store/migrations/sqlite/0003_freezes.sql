-- +goose Up
-- Freezes of all starts. The one that is not thawed is in force. Who, why and where is JSON in body; the keys are those
-- of Slack's deliveries, so that each is recorded once.
CREATE TABLE freezes (
    id         INTEGER PRIMARY KEY AUTOINCREMENT,
    thawed_at  INTEGER,
    froze_key  TEXT    UNIQUE,
    thawed_key TEXT    UNIQUE,
    body       TEXT    NOT NULL
) STRICT;
CREATE UNIQUE INDEX freezes_in_force ON freezes ((thawed_at IS NULL)) WHERE thawed_at IS NULL;
