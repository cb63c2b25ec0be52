-- Accounts by ordered keys. A key leads to one account at a supplier; what it led to before is kept with dates. An account is
-- noted at every school that has seen it. Keys that were there before count as ECK iDs: they lead, as they did.
CREATE TABLE account_keys (
    supplier BYTEA NOT NULL REFERENCES suppliers (id),
    key_hash BYTEA NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    account BYTEA NOT NULL,
    since BIGINT NOT NULL,
    PRIMARY KEY (supplier, key_hash)
);
CREATE INDEX account_keys_by_account ON account_keys (supplier, account);
INSERT INTO account_keys (supplier, key_hash, kind, account, since)
    SELECT supplier, key_hash, 'eckId', id, created_at FROM accounts;
DROP TABLE accounts;

CREATE TABLE account_keys_ended (
    supplier BYTEA NOT NULL REFERENCES suppliers (id),
    account BYTEA NOT NULL,
    key_hash BYTEA NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    since BIGINT NOT NULL,
    until BIGINT NOT NULL
);
CREATE INDEX account_keys_ended_by_account ON account_keys_ended (supplier, account);
CREATE INDEX account_keys_ended_by_key ON account_keys_ended (supplier, key_hash);

CREATE TABLE account_schools (
    supplier BYTEA NOT NULL REFERENCES suppliers (id),
    account BYTEA NOT NULL,
    school BYTEA NOT NULL REFERENCES schools (id),
    PRIMARY KEY (supplier, account, school)
);
