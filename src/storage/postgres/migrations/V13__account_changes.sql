-- What a school or board decides about accounts, so that it can be undone, and the feeds in which suppliers learn of it.
CREATE TABLE account_changes (
    id BYTEA PRIMARY KEY,
    school BYTEA NOT NULL REFERENCES schools (id),
    supplier BYTEA NOT NULL REFERENCES suppliers (id),
    kind TEXT COLLATE "C" NOT NULL,
    from_account BYTEA,
    into_account BYTEA NOT NULL,
    subject BYTEA,
    made_at BIGINT NOT NULL,
    undone_at BIGINT
);
CREATE INDEX account_changes_by_school ON account_changes (school, id);

-- The keys that a change moved or linked, and those that led to its accounts anyway: another one was built on it.
CREATE TABLE account_moves (
    change_id BYTEA NOT NULL REFERENCES account_changes (id),
    key_hash BYTEA NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (change_id, key_hash)
);

-- What a supplier is told: numbered in the order in which it was committed. Nothing in it is about a person.
CREATE TABLE supplier_feeds (
    supplier BYTEA PRIMARY KEY REFERENCES suppliers (id),
    latest BIGINT NOT NULL
);
CREATE TABLE supplier_events (
    supplier BYTEA NOT NULL REFERENCES supplier_feeds (supplier),
    sequence BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    school BYTEA NOT NULL REFERENCES schools (id),
    resource BYTEA NOT NULL,
    happened_at BIGINT NOT NULL,
    PRIMARY KEY (supplier, sequence)
);
