-- A stream is appended to by the replica that holds it. Without a holder, or when the lease has run out, another replica
-- may take it and go on with the same tree. A replica holds one stream at most.
ALTER TABLE ledger_streams ADD COLUMN holder BYTEA CHECK (length(holder) = 16);
ALTER TABLE ledger_streams ADD COLUMN lease_until BIGINT;
CREATE UNIQUE INDEX ledger_streams_by_holder ON ledger_streams (holder);
