-- Named times that count until they have passed: attempts to sign in, used tokens.
CREATE TABLE mark (
	service KEY_TEXT NOT NULL,
	name    KEY_TEXT NOT NULL,
	until   BIGINT   NOT NULL,
	PRIMARY KEY (service, name)
);
-- When a session was last used, to a few minutes.
ALTER TABLE session ADD COLUMN used_at BIGINT NOT NULL DEFAULT 0;
UPDATE session SET used_at = created_at;
-- Whether what an entry is about was done: succeeded, or failed, throttled, denied.
ALTER TABLE audit ADD COLUMN outcome TEXT NOT NULL DEFAULT 'succeeded';
CREATE INDEX audit_at ON audit (service, at);
