-- Organisations, clients, agreements, activations, connections, rosters, accounts and logins.
-- Moments are milliseconds since 1970-01-01T00:00:00Z; identifiers are the 16 bytes of a UUID; hashes have 32 bytes.

CREATE TABLE boards (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    oin TEXT UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE schools (
    id BLOB PRIMARY KEY,
    board BLOB NOT NULL REFERENCES boards (id),
    name TEXT NOT NULL,
    brin TEXT NOT NULL,
    branch TEXT NOT NULL,
    oin TEXT,
    rio TEXT,
    digi_delivery_id TEXT,
    created_at INTEGER NOT NULL,
    UNIQUE (brin, branch)
) STRICT;
CREATE INDEX schools_by_board ON schools (board, id);

CREATE TABLE suppliers (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    kind TEXT NOT NULL CHECK (kind IN ('supplier', 'distributor')),
    oin TEXT UNIQUE,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE products (
    id BLOB PRIMARY KEY,
    supplier BLOB NOT NULL REFERENCES suppliers (id),
    name TEXT NOT NULL,
    created_at INTEGER NOT NULL
) STRICT;

CREATE TABLE clients (
    id BLOB PRIMARY KEY,
    name TEXT NOT NULL,
    role TEXT NOT NULL CHECK (role IN ('operator', 'board', 'school', 'supplier', 'distributor')),
    board BLOB REFERENCES boards (id),
    school BLOB REFERENCES schools (id),
    supplier BLOB REFERENCES suppliers (id),
    product BLOB REFERENCES products (id),
    jwks TEXT NOT NULL,
    redirect_uris TEXT NOT NULL,
    created_at INTEGER NOT NULL,
    revoked_at INTEGER
) STRICT;

CREATE TABLE single_use_values (
    value BLOB PRIMARY KEY,
    expires_at INTEGER NOT NULL
) STRICT;
CREATE INDEX single_use_values_by_expiry ON single_use_values (expires_at);

CREATE TABLE agreements (
    id BLOB PRIMARY KEY,
    board BLOB NOT NULL REFERENCES boards (id),
    supplier BLOB NOT NULL REFERENCES suppliers (id),
    product BLOB NOT NULL REFERENCES products (id),
    annex BLOB NOT NULL,
    annex_hash BLOB NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER,
    offered_at INTEGER NOT NULL
) STRICT;
CREATE INDEX agreements_by_board ON agreements (board, id);
CREATE INDEX agreements_by_product ON agreements (product, id);

CREATE TABLE acceptances (
    agreement BLOB NOT NULL REFERENCES agreements (id),
    side TEXT NOT NULL CHECK (side IN ('board', 'supplier')),
    client BLOB NOT NULL REFERENCES clients (id),
    accepted_at INTEGER NOT NULL,
    PRIMARY KEY (agreement, side)
) STRICT;

CREATE TABLE approvals (
    id BLOB PRIMARY KEY,
    school BLOB NOT NULL REFERENCES schools (id),
    agreement BLOB NOT NULL REFERENCES agreements (id),
    module TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER
) STRICT;
CREATE INDEX approvals_by_school ON approvals (school, id);

CREATE TABLE mandates (
    id BLOB PRIMARY KEY,
    board BLOB NOT NULL REFERENCES boards (id),
    supplier BLOB NOT NULL REFERENCES suppliers (id),
    valid_from INTEGER NOT NULL,
    valid_until INTEGER
) STRICT;
CREATE INDEX mandates_by_board ON mandates (board, id);

CREATE TABLE activations (
    id BLOB PRIMARY KEY,
    school BLOB NOT NULL REFERENCES schools (id),
    product BLOB NOT NULL REFERENCES products (id),
    scope TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER,
    accepted_by_supplier_at INTEGER
) STRICT;
CREATE INDEX activations_by_school ON activations (school, id);
CREATE INDEX activations_by_product ON activations (product, id);

CREATE TABLE connections (
    id BLOB PRIMARY KEY,
    school BLOB NOT NULL REFERENCES schools (id),
    dialect TEXT NOT NULL,
    endpoint TEXT NOT NULL,
    sealed_credentials BLOB NOT NULL,
    activated_at INTEGER,
    ended_at INTEGER,
    created_at INTEGER NOT NULL
) STRICT;
CREATE INDEX connections_by_school ON connections (school, id);

CREATE TABLE runs (
    id BLOB PRIMARY KEY,
    school BLOB NOT NULL REFERENCES schools (id),
    connection BLOB REFERENCES connections (id),
    dialect TEXT NOT NULL,
    started_at INTEGER NOT NULL,
    ended_at INTEGER,
    outcome TEXT,
    reason TEXT,
    counts TEXT
) STRICT;
CREATE INDEX runs_by_school ON runs (school, id);

CREATE TABLE roster_groups (
    school BLOB NOT NULL REFERENCES schools (id),
    id BLOB NOT NULL,
    key_hash BLOB NOT NULL,
    name TEXT NOT NULL,
    PRIMARY KEY (school, id),
    UNIQUE (school, key_hash)
) STRICT;

CREATE TABLE roster_persons (
    school BLOB NOT NULL REFERENCES schools (id),
    id BLOB NOT NULL,
    key_hash BLOB NOT NULL,
    eck_hash BLOB,
    content_hash BLOB NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (school, id)
) STRICT;

CREATE TABLE accounts (
    supplier BLOB NOT NULL REFERENCES suppliers (id),
    key_hash BLOB NOT NULL,
    id BLOB NOT NULL UNIQUE,
    created_at INTEGER NOT NULL,
    PRIMARY KEY (supplier, key_hash)
) STRICT;

CREATE TABLE logins (
    id BLOB PRIMARY KEY,
    state_hash BLOB NOT NULL UNIQUE,
    client BLOB NOT NULL REFERENCES clients (id),
    sealed BLOB NOT NULL,
    expires_at INTEGER NOT NULL
) STRICT;

CREATE TABLE codes (
    code_hash BLOB PRIMARY KEY,
    client BLOB NOT NULL REFERENCES clients (id),
    school BLOB NOT NULL REFERENCES schools (id),
    sealed BLOB NOT NULL,
    expires_at INTEGER NOT NULL,
    used_at INTEGER
) STRICT;
