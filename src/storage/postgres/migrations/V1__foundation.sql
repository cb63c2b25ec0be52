-- The keys. `wrapped` is a random key under the master key; destroying the row destroys everything sealed with it.
CREATE TABLE data_keys (
    id         BYTEA            NOT NULL PRIMARY KEY CHECK (length(id) = 16),
    school     BYTEA            NOT NULL, -- empty: the platform's own
    supplier   BYTEA            NOT NULL, -- empty: all suppliers
    purpose    TEXT COLLATE "C" NOT NULL,
    wrapped    BYTEA            NOT NULL,
    created_at BIGINT           NOT NULL,
    UNIQUE (school, supplier, purpose)
);

-- One row: by which master key the data keys are wrapped. Not the key: a keyed hash of a constant.
CREATE TABLE master_key (
    one         BIGINT NOT NULL PRIMARY KEY CHECK (one = 1),
    fingerprint BYTEA  NOT NULL CHECK (length(fingerprint) = 32),
    created_at  BIGINT NOT NULL
);
