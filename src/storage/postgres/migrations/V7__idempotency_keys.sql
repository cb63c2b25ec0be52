-- Keys with which clients repeat a write without doing it twice. The effect of an attempt carries its mark in the same
-- transaction, so that an attempt that was given up can be told from one that was carried out.

CREATE TABLE idempotency_keys (
    client BYTEA NOT NULL REFERENCES clients (id),
    key_hash BYTEA NOT NULL,
    request_hash BYTEA NOT NULL,
    attempt BYTEA NOT NULL,
    started_at BIGINT NOT NULL,
    spent_at BIGINT,
    sealed_answer BYTEA,
    expires_at BIGINT NOT NULL,
    PRIMARY KEY (client, key_hash)
);
CREATE INDEX idempotency_keys_by_expiry ON idempotency_keys (expires_at);
