-- A session that a one-time link began: a person without a password may set one in it.
ALTER TABLE session ADD COLUMN by_link BOOLEAN NOT NULL DEFAULT FALSE;
