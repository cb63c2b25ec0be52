-- Accounts by ordered keys. A key leads to one account at a supplier; what it led to before is kept with dates. An account is
-- noted at every school that has seen it. Keys that were there before count as ECK iDs: they lead, as they did.
CREATE TABLE account_keys (
    supplier BLOB NOT NULL REFERENCES suppliers (id),
    key_hash BLOB NOT NULL,
    kind TEXT NOT NULL,
    account BLOB NOT NULL,
    since INTEGER NOT NULL,
    PRIMARY KEY (supplier, key_hash)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_keys_by_account ON account_keys (supplier, account);
INSERT INTO account_keys (supplier, key_hash, kind, account, since)
    SELECT supplier, key_hash, 'eckId', id, created_at FROM accounts;
DROP TABLE accounts;

CREATE TABLE account_keys_ended (
    supplier BLOB NOT NULL REFERENCES suppliers (id),
    account BLOB NOT NULL,
    key_hash BLOB NOT NULL,
    kind TEXT NOT NULL,
    since INTEGER NOT NULL,
    until INTEGER NOT NULL
) STRICT;
CREATE INDEX account_keys_ended_by_account ON account_keys_ended (supplier, account);
CREATE INDEX account_keys_ended_by_key ON account_keys_ended (supplier, key_hash);

CREATE TABLE account_schools (
    supplier BLOB NOT NULL REFERENCES suppliers (id),
    account BLOB NOT NULL,
    school BLOB NOT NULL REFERENCES schools (id),
    PRIMARY KEY (supplier, account, school)
) STRICT;
