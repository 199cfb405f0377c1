-- The feed is read by service and number; without this SQLite reads all of a service's changes to find the last ones.
CREATE INDEX change_order ON change (service, seq);
