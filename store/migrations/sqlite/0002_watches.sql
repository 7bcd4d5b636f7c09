-- +goose Up
-- Jobs whose runs a channel wants to hear the end of. What no query selects by is JSON in body.
CREATE TABLE watches (
    id           INTEGER PRIMARY KEY AUTOINCREMENT,
    channel      TEXT    NOT NULL,
    job_key      TEXT    NOT NULL, -- endpoint, project, instance and job
    since        INTEGER, -- start of the newest run that was told; NULL: none
    leased_until INTEGER, -- somebody tells of a run
    fence        INTEGER NOT NULL DEFAULT 0,
    at           INTEGER NOT NULL,
    body         TEXT    NOT NULL,
    UNIQUE (channel, job_key)
) STRICT;
