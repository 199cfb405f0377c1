-- KEY_TEXT is TEXT ordered by bytes on both engines. Times are UTC microseconds.

CREATE TABLE document (
	service    KEY_TEXT NOT NULL,
	key        KEY_TEXT NOT NULL,
	path       TEXT     NOT NULL,
	kind       KEY_TEXT NOT NULL,
	parent     KEY_TEXT NOT NULL,
	workspace  TEXT     NOT NULL,
	name       TEXT     NOT NULL,
	etag       TEXT     NOT NULL,
	seq        BIGINT   NOT NULL,
	created_at BIGINT   NOT NULL,
	updated_at BIGINT   NOT NULL,
	extra      TEXT,
	body       TEXT     NOT NULL,
	PRIMARY KEY (service, key)
);
CREATE INDEX document_collection ON document (service, kind, parent, key);

CREATE TABLE link (
	service  KEY_TEXT NOT NULL,
	kind     KEY_TEXT NOT NULL,
	from_key KEY_TEXT NOT NULL,
	to_key   KEY_TEXT NOT NULL,
	PRIMARY KEY (service, kind, from_key, to_key)
);
CREATE INDEX link_from ON link (service, from_key);
CREATE INDEX link_to ON link (service, to_key, kind, from_key);

CREATE TABLE secret (
	service KEY_TEXT NOT NULL,
	key     KEY_TEXT NOT NULL,
	field   KEY_TEXT NOT NULL,
	key_id  TEXT     NOT NULL,
	bytes   BYTEA    NOT NULL,
	hash    BYTEA,
	PRIMARY KEY (service, key, field)
);
CREATE UNIQUE INDEX secret_hash ON secret (service, hash);

CREATE TABLE encryption_key (
	service     KEY_TEXT NOT NULL,
	id          KEY_TEXT NOT NULL,
	check_value TEXT     NOT NULL,
	is_current  BOOLEAN  NOT NULL,
	created_at  BIGINT   NOT NULL,
	PRIMARY KEY (service, id)
);

CREATE TABLE schema_part (
	service KEY_TEXT NOT NULL,
	api     KEY_TEXT NOT NULL,
	name    KEY_TEXT NOT NULL,
	schema  KEY_TEXT NOT NULL,
	body    TEXT     NOT NULL,
	PRIMARY KEY (service, api, name, schema)
);

CREATE TABLE session (
	service    KEY_TEXT NOT NULL,
	id_hash    BYTEA    NOT NULL,
	user_id    KEY_TEXT NOT NULL,
	created_at BIGINT   NOT NULL,
	expires_at BIGINT   NOT NULL,
	user_agent TEXT     NOT NULL,
	address    TEXT     NOT NULL,
	PRIMARY KEY (service, id_hash)
);
CREATE INDEX session_of_user ON session (service, user_id);

CREATE TABLE password (
	service    KEY_TEXT NOT NULL,
	key        KEY_TEXT NOT NULL,
	encoded    TEXT     NOT NULL,
	updated_at BIGINT   NOT NULL,
	PRIMARY KEY (service, key)
);

CREATE TABLE portal_item (
	service  KEY_TEXT NOT NULL,
	revision KEY_TEXT NOT NULL,
	item     KEY_TEXT NOT NULL,
	path     TEXT     NOT NULL,
	hash     KEY_TEXT NOT NULL,
	PRIMARY KEY (service, revision, item)
);

CREATE TABLE portal_body (
	service KEY_TEXT NOT NULL,
	hash    KEY_TEXT NOT NULL,
	body    TEXT     NOT NULL,
	PRIMARY KEY (service, hash)
);

CREATE TABLE meta (
	service KEY_TEXT NOT NULL,
	name    KEY_TEXT NOT NULL,
	value   TEXT     NOT NULL,
	PRIMARY KEY (service, name)
);

CREATE TABLE change (
	seq     BIGINT   NOT NULL PRIMARY KEY,
	service KEY_TEXT NOT NULL,
	key     KEY_TEXT NOT NULL,
	kind    KEY_TEXT NOT NULL,
	parent  KEY_TEXT NOT NULL,
	op      TEXT     NOT NULL,
	at      BIGINT   NOT NULL
);
CREATE INDEX change_collection ON change (service, kind, parent, seq);

CREATE TABLE audit (
	seq        BIGINT   NOT NULL PRIMARY KEY,
	service    KEY_TEXT NOT NULL,
	at         BIGINT   NOT NULL,
	actor      TEXT     NOT NULL,
	address    TEXT     NOT NULL,
	request_id TEXT     NOT NULL,
	action     TEXT     NOT NULL,
	key        KEY_TEXT NOT NULL,
	before     TEXT,
	after      TEXT
);
CREATE INDEX audit_key ON audit (service, key, seq);
