-- Tokens and sign-in links that a request asked for know by which right they were
-- made and by whom ("right nonce maker"); so do the sessions that they begin.
CREATE TABLE minted_token (
	service    KEY_TEXT NOT NULL,
	hash       BYTEA    NOT NULL,
	made       TEXT     NOT NULL,
	expires_at BIGINT   NOT NULL,
	PRIMARY KEY (service, hash)
);
CREATE INDEX minted_token_expiry ON minted_token (service, expires_at);
ALTER TABLE session ADD COLUMN made TEXT NOT NULL DEFAULT '';
