-- The keys. `wrapped` is a random key under the master key; destroying the row destroys everything sealed with it.
CREATE TABLE data_keys (
    id         BLOB    NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    school     BLOB    NOT NULL, -- empty: the platform's own
    supplier   BLOB    NOT NULL, -- empty: all suppliers
    purpose    TEXT    NOT NULL,
    wrapped    BLOB    NOT NULL,
    created_at INTEGER NOT NULL,
    UNIQUE (school, supplier, purpose)
) STRICT, WITHOUT ROWID;

-- One row: by which master key the data keys are wrapped. Not the key: a keyed hash of a constant.
CREATE TABLE master_key (
    one         INTEGER NOT NULL PRIMARY KEY CHECK (one = 1),
    fingerprint BLOB    NOT NULL CHECK (length(fingerprint) = 32),
    created_at  INTEGER NOT NULL
) STRICT;
