-- Where an API is called, in lower case: two APIs with one address are refused.
ALTER TABLE document ADD COLUMN address TEXT COLLATE "C";
UPDATE document SET address = lower(body::json ->> 'path') WHERE kind = 'apis';
CREATE INDEX document_address ON document (service, address, key) WHERE address IS NOT NULL;
