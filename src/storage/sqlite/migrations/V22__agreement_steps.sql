-- What happened to an agreement after it was offered, apart from its acceptances: a side suspends it, resumes it or ends it, the
-- board says for which schools it holds. Steps have numbers without a gap, so that nobody adds one to what they have not read.
CREATE TABLE agreement_steps (
    agreement BLOB NOT NULL REFERENCES agreements (id),
    number INTEGER NOT NULL,
    board BLOB NOT NULL REFERENCES boards (id),
    kind TEXT NOT NULL,
    side TEXT NOT NULL,
    client BLOB NOT NULL REFERENCES clients (id),
    happened_at INTEGER NOT NULL,
    ends_at INTEGER,
    note TEXT,
    detail TEXT,
    PRIMARY KEY (agreement, number)
) STRICT;
CREATE INDEX agreement_steps_by_board ON agreement_steps (board, agreement, number);

-- An event about an agreement is at no school in particular.
CREATE TABLE supplier_events_of_any_place (
    supplier BLOB NOT NULL REFERENCES supplier_feeds (supplier),
    sequence INTEGER NOT NULL,
    kind TEXT NOT NULL,
    school BLOB REFERENCES schools (id),
    resource BLOB NOT NULL,
    happened_at INTEGER NOT NULL,
    PRIMARY KEY (supplier, sequence)
) STRICT;
INSERT INTO supplier_events_of_any_place (supplier, sequence, kind, school, resource, happened_at)
    SELECT supplier, sequence, kind, school, resource, happened_at FROM supplier_events;
DROP TABLE supplier_events;
ALTER TABLE supplier_events_of_any_place RENAME TO supplier_events;

-- Who may sign for a board, by a code of the board's own.
CREATE TABLE contacts (
    id BLOB PRIMARY KEY,
    board BLOB NOT NULL REFERENCES boards (id),
    code TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER
) STRICT;
CREATE INDEX contacts_by_board ON contacts (board, id);

-- How a side accepted, where it was not the act of its own program.
ALTER TABLE acceptances ADD COLUMN form TEXT;
