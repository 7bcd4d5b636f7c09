-- +goose Up
-- Which of the rule's approvers a person was when deciding: a JSON list.
ALTER TABLE decisions ADD COLUMN approver_as TEXT NOT NULL DEFAULT '[]';
