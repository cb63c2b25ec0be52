-- A run under way is alive until its lease ends; whoever carries it out renews the lease. One that an earlier release
-- left open has none.
ALTER TABLE runs ADD COLUMN lease_until INTEGER NOT NULL DEFAULT 0;
CREATE INDEX runs_under_way ON runs (lease_until) WHERE ended_at IS NULL;

-- What a run will change in a roster, set aside until all of it is there. A row without values is about something that
-- is gone.
CREATE TABLE staged_groups (
    school BLOB NOT NULL REFERENCES schools (id),
    run BLOB NOT NULL REFERENCES runs (id),
    id BLOB NOT NULL,
    key_hash BLOB,
    name TEXT,
    PRIMARY KEY (school, run, id)
) STRICT;

CREATE TABLE staged_persons (
    school BLOB NOT NULL REFERENCES schools (id),
    run BLOB NOT NULL REFERENCES runs (id),
    id BLOB NOT NULL,
    key_hash BLOB,
    eck_hash BLOB,
    content_hash BLOB,
    sealed BLOB,
    PRIMARY KEY (school, run, id)
) STRICT;
