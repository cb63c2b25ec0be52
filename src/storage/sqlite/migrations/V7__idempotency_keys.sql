-- Keys with which clients repeat a write without doing it twice. The effect of an attempt carries its mark in the same
-- transaction, so that an attempt that was given up can be told from one that was carried out.

CREATE TABLE idempotency_keys (
    client BLOB NOT NULL REFERENCES clients (id),
    key_hash BLOB NOT NULL,
    request_hash BLOB NOT NULL,
    attempt BLOB NOT NULL,
    started_at INTEGER NOT NULL,
    spent_at INTEGER,
    sealed_answer BLOB,
    expires_at INTEGER NOT NULL,
    PRIMARY KEY (client, key_hash)
) STRICT;
CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);
