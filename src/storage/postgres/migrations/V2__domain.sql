-- Organisations, clients, agreements, activations, connections, rosters, accounts and logins.
-- Moments are milliseconds since 1970-01-01T00:00:00Z; identifiers are the 16 bytes of a UUID; hashes have 32 bytes.

CREATE TABLE boards (
    id BYTEA PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    oin TEXT COLLATE "C" UNIQUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE schools (
    id BYTEA PRIMARY KEY,
    board BYTEA NOT NULL REFERENCES boards (id),
    name TEXT COLLATE "C" NOT NULL,
    brin TEXT COLLATE "C" NOT NULL,
    branch TEXT COLLATE "C" NOT NULL,
    oin TEXT COLLATE "C",
    rio TEXT COLLATE "C",
    digi_delivery_id TEXT COLLATE "C",
    created_at BIGINT NOT NULL,
    UNIQUE (brin, branch)
);
CREATE INDEX schools_by_board ON schools (board, id);

CREATE TABLE suppliers (
    id BYTEA PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    kind TEXT COLLATE "C" NOT NULL CHECK (kind IN ('supplier', 'distributor')),
    oin TEXT COLLATE "C" UNIQUE,
    created_at BIGINT NOT NULL
);

CREATE TABLE products (
    id BYTEA PRIMARY KEY,
    supplier BYTEA NOT NULL REFERENCES suppliers (id),
    name TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL
);

CREATE TABLE clients (
    id BYTEA PRIMARY KEY,
    name TEXT COLLATE "C" NOT NULL,
    role TEXT COLLATE "C" NOT NULL CHECK (role IN ('operator', 'board', 'school', 'supplier', 'distributor')),
    board BYTEA REFERENCES boards (id),
    school BYTEA REFERENCES schools (id),
    supplier BYTEA REFERENCES suppliers (id),
    product BYTEA REFERENCES products (id),
    jwks TEXT COLLATE "C" NOT NULL,
    redirect_uris TEXT COLLATE "C" NOT NULL,
    created_at BIGINT NOT NULL,
    revoked_at BIGINT
);

CREATE TABLE single_use_values (
    value BYTEA PRIMARY KEY,
    expires_at BIGINT NOT NULL
);
CREATE INDEX single_use_values_by_expiry ON single_use_values (expires_at);

CREATE TABLE agreements (
    id BYTEA PRIMARY KEY,
    board BYTEA NOT NULL REFERENCES boards (id),
    supplier BYTEA NOT NULL REFERENCES suppliers (id),
    product BYTEA NOT NULL REFERENCES products (id),
    annex BYTEA NOT NULL,
    annex_hash BYTEA NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT,
    offered_at BIGINT NOT NULL
);
CREATE INDEX agreements_by_board ON agreements (board, id);
CREATE INDEX agreements_by_product ON agreements (product, id);

CREATE TABLE acceptances (
    agreement BYTEA NOT NULL REFERENCES agreements (id),
    side TEXT COLLATE "C" NOT NULL CHECK (side IN ('board', 'supplier')),
    client BYTEA NOT NULL REFERENCES clients (id),
    accepted_at BIGINT NOT NULL,
    PRIMARY KEY (agreement, side)
);

CREATE TABLE approvals (
    id BYTEA PRIMARY KEY,
    school BYTEA NOT NULL REFERENCES schools (id),
    agreement BYTEA NOT NULL REFERENCES agreements (id),
    module TEXT COLLATE "C" NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT
);
CREATE INDEX approvals_by_school ON approvals (school, id);

CREATE TABLE mandates (
    id BYTEA PRIMARY KEY,
    board BYTEA NOT NULL REFERENCES boards (id),
    supplier BYTEA NOT NULL REFERENCES suppliers (id),
    valid_from BIGINT NOT NULL,
    valid_until BIGINT
);
CREATE INDEX mandates_by_board ON mandates (board, id);

CREATE TABLE activations (
    id BYTEA PRIMARY KEY,
    school BYTEA NOT NULL REFERENCES schools (id),
    product BYTEA NOT NULL REFERENCES products (id),
    scope TEXT COLLATE "C" NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT,
    accepted_by_supplier_at BIGINT
);
CREATE INDEX activations_by_school ON activations (school, id);
CREATE INDEX activations_by_product ON activations (product, id);

CREATE TABLE connections (
    id BYTEA PRIMARY KEY,
    school BYTEA NOT NULL REFERENCES schools (id),
    dialect TEXT COLLATE "C" NOT NULL,
    endpoint TEXT COLLATE "C" NOT NULL,
    sealed_credentials BYTEA NOT NULL,
    activated_at BIGINT,
    ended_at BIGINT,
    created_at BIGINT NOT NULL
);
CREATE INDEX connections_by_school ON connections (school, id);

CREATE TABLE runs (
    id BYTEA PRIMARY KEY,
    school BYTEA NOT NULL REFERENCES schools (id),
    connection BYTEA REFERENCES connections (id),
    dialect TEXT COLLATE "C" NOT NULL,
    started_at BIGINT NOT NULL,
    ended_at BIGINT,
    outcome TEXT COLLATE "C",
    reason TEXT COLLATE "C",
    counts TEXT COLLATE "C"
);
CREATE INDEX runs_by_school ON runs (school, id);

CREATE TABLE roster_groups (
    school BYTEA NOT NULL REFERENCES schools (id),
    id BYTEA NOT NULL,
    key_hash BYTEA NOT NULL,
    name TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (school, id),
    UNIQUE (school, key_hash)
);

CREATE TABLE roster_persons (
    school BYTEA NOT NULL REFERENCES schools (id),
    id BYTEA NOT NULL,
    key_hash BYTEA NOT NULL,
    eck_hash BYTEA,
    content_hash BYTEA NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (school, id)
);

CREATE TABLE accounts (
    supplier BYTEA NOT NULL REFERENCES suppliers (id),
    key_hash BYTEA NOT NULL,
    id BYTEA NOT NULL UNIQUE,
    created_at BIGINT NOT NULL,
    PRIMARY KEY (supplier, key_hash)
);

CREATE TABLE logins (
    id BYTEA PRIMARY KEY,
    state_hash BYTEA NOT NULL UNIQUE,
    client BYTEA NOT NULL REFERENCES clients (id),
    sealed BYTEA NOT NULL,
    expires_at BIGINT NOT NULL
);

CREATE TABLE codes (
    code_hash BYTEA PRIMARY KEY,
    client BYTEA NOT NULL REFERENCES clients (id),
    school BYTEA NOT NULL REFERENCES schools (id),
    sealed BYTEA NOT NULL,
    expires_at BIGINT NOT NULL,
    used_at BIGINT
);
