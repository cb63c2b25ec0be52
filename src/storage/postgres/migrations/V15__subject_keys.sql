-- Records know persons by hashes under a key of their school and year (`data_keys`, purpose `subject-2026`), which is destroyed
-- when they have been kept long enough. So no other table keeps such a hash: it has the person's id, and the hash is made
-- when it is shown.
ALTER TABLE restrictions DROP COLUMN subject;
ALTER TABLE account_changes DROP COLUMN subject;
ALTER TABLE account_changes ADD COLUMN person BYTEA;

-- The years whose key was destroyed: none is made for them again, whatever the clock of the one that asks.
CREATE TABLE subject_keys_destroyed (
    school BYTEA NOT NULL,
    year BIGINT NOT NULL,
    destroyed_at BIGINT NOT NULL,
    PRIMARY KEY (school, year)
);
CREATE INDEX data_keys_by_purpose ON data_keys (purpose, school);
