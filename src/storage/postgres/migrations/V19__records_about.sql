-- A school finds the records about one person by the keyed hash: records about that person alone, and the lines of pages. The
-- column says again what the bytes of the record say; `sluis ledger verify` compares them.
ALTER TABLE ledger_records ADD COLUMN subject BYTEA CHECK (length(subject) = 32);
CREATE INDEX ledger_records_by_subject ON ledger_records (owner, subject, id) WHERE subject IS NOT NULL;
CREATE INDEX ledger_page_lines_by_subject ON ledger_page_lines (owner, subject);
