-- One row that is written to see whether evidence can be written, when nothing else has been for a while.
CREATE TABLE evidence_probe (
    id       INTEGER NOT NULL PRIMARY KEY CHECK (id = 1),
    moment   BIGINT NOT NULL
);
