-- What happened to an agreement after it was offered, apart from its acceptances: a side suspends it, resumes it or ends it, the
-- board says for which schools it holds. Steps have numbers without a gap, so that nobody adds one to what they have not read.
CREATE TABLE agreement_steps (
    agreement BYTEA NOT NULL REFERENCES agreements (id),
    number BIGINT NOT NULL,
    board BYTEA NOT NULL REFERENCES boards (id),
    kind TEXT COLLATE "C" NOT NULL,
    side TEXT COLLATE "C" NOT NULL,
    client BYTEA NOT NULL REFERENCES clients (id),
    happened_at BIGINT NOT NULL,
    ends_at BIGINT,
    note TEXT COLLATE "C",
    detail TEXT COLLATE "C",
    PRIMARY KEY (agreement, number)
);
CREATE INDEX agreement_steps_by_board ON agreement_steps (board, agreement, number);

-- An event about an agreement is at no school in particular.
-- Locked first: what another replica is about to commit is waited for, and copied too.
LOCK TABLE supplier_events IN ACCESS EXCLUSIVE MODE;
CREATE TABLE supplier_events_of_any_place (
    supplier BYTEA NOT NULL REFERENCES supplier_feeds (supplier),
    sequence BIGINT NOT NULL,
    kind TEXT COLLATE "C" NOT NULL,
    school BYTEA REFERENCES schools (id),
    resource BYTEA NOT NULL,
    happened_at BIGINT NOT NULL,
    PRIMARY KEY (supplier, sequence)
);
INSERT INTO supplier_events_of_any_place (supplier, sequence, kind, school, resource, happened_at)
    SELECT supplier, sequence, kind, school, resource, happened_at FROM supplier_events;
DROP TABLE supplier_events;
ALTER TABLE supplier_events_of_any_place RENAME TO supplier_events;

-- Who may sign for a board, by a code of the board's own.
CREATE TABLE contacts (
    id BYTEA PRIMARY KEY,
    board BYTEA NOT NULL REFERENCES boards (id),
    code TEXT COLLATE "C" NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT
);
CREATE INDEX contacts_by_board ON contacts (board, id);

-- How a side accepted, where it was not the act of its own program.
ALTER TABLE acceptances ADD COLUMN form TEXT COLLATE "C";
