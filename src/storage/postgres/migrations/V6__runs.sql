-- A run under way is alive until its lease ends; whoever carries it out renews the lease. One that an earlier release
-- left open has none.
ALTER TABLE runs ADD COLUMN lease_until BIGINT NOT NULL DEFAULT 0;
CREATE INDEX runs_under_way ON runs (lease_until) WHERE ended_at IS NULL;

-- What a run will change in a roster, set aside until all of it is there. A row without values is about something that
-- is gone.
CREATE TABLE staged_groups (
    school BYTEA NOT NULL REFERENCES schools (id),
    run BYTEA NOT NULL REFERENCES runs (id),
    id BYTEA NOT NULL,
    key_hash BYTEA,
    name TEXT COLLATE "C",
    PRIMARY KEY (school, run, id)
);

CREATE TABLE staged_persons (
    school BYTEA NOT NULL REFERENCES schools (id),
    run BYTEA NOT NULL REFERENCES runs (id),
    id BYTEA NOT NULL,
    key_hash BYTEA,
    eck_hash BYTEA,
    content_hash BYTEA,
    sealed BYTEA,
    PRIMARY KEY (school, run, id)
);
