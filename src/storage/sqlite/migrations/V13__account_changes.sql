-- What a school or board decides about accounts, so that it can be undone, and the feeds in which suppliers learn of it.
CREATE TABLE account_changes (
    id BLOB PRIMARY KEY,
    school BLOB NOT NULL REFERENCES schools (id),
    supplier BLOB NOT NULL REFERENCES suppliers (id),
    kind TEXT NOT NULL,
    from_account BLOB,
    into_account BLOB NOT NULL,
    subject BLOB,
    made_at INTEGER NOT NULL,
    undone_at INTEGER
) STRICT;
CREATE INDEX account_changes_by_school ON account_changes (school, id);

-- The keys that a change moved or linked, and those that led to its accounts anyway: another one was built on it.
CREATE TABLE account_moves (
    change_id BLOB NOT NULL REFERENCES account_changes (id),
    key_hash BLOB NOT NULL,
    kind TEXT NOT NULL,
    role TEXT NOT NULL,
    PRIMARY KEY (change_id, key_hash)
) STRICT;

-- What a supplier is told: numbered in the order in which it was committed. Nothing in it is about a person.
CREATE TABLE supplier_feeds (
    supplier BLOB PRIMARY KEY REFERENCES suppliers (id),
    latest INTEGER NOT NULL
) STRICT;
CREATE TABLE supplier_events (
    supplier BLOB NOT NULL REFERENCES supplier_feeds (supplier),
    sequence INTEGER NOT NULL,
    kind TEXT NOT NULL,
    school BLOB NOT NULL REFERENCES schools (id),
    resource BLOB NOT NULL,
    happened_at INTEGER NOT NULL,
    PRIMARY KEY (supplier, sequence)
) STRICT;
