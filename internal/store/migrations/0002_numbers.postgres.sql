-- Feed numbers, drawn under a lock held to commit. SQLite, with one writer, counts by itself.
CREATE SEQUENCE change_number;

-- Locked as a whole: shared by every writing transaction, exclusive by one that must run alone.
CREATE TABLE writers (nothing BIGINT);
