-- Secrets of the service itself, sealed with the platform's key: the key that signs tokens, the key that signs
-- checkpoints. Whichever replica starts first makes them.

CREATE TABLE service_secrets (
    name TEXT COLLATE "C" PRIMARY KEY,
    sealed BYTEA NOT NULL,
    created_at BIGINT NOT NULL
);
