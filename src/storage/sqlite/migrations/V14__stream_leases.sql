-- There is one stream here, and the process that has the file open holds it: nobody writes these columns. They keep both
-- schemas equal.
ALTER TABLE ledger_streams ADD COLUMN holder BLOB CHECK (length(holder) = 16);
ALTER TABLE ledger_streams ADD COLUMN lease_until INTEGER;
CREATE UNIQUE INDEX ledger_streams_by_holder ON ledger_streams (holder);
