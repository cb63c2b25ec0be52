-- Dossiers of pupils for next schools. On which request, which parts, and what was opted out of: sealed.
CREATE TABLE handovers (
    id BLOB PRIMARY KEY,
    school BLOB NOT NULL REFERENCES schools (id),
    person BLOB NOT NULL,
    recipient TEXT NOT NULL,
    basis TEXT NOT NULL,
    sealed BLOB NOT NULL,
    requested_at INTEGER NOT NULL,
    valid_until INTEGER NOT NULL,
    shown_at INTEGER,
    shown_by TEXT,
    agrees INTEGER,
    released_at INTEGER,
    fetched_at INTEGER,
    received_at INTEGER,
    refused_at INTEGER,
    refused_by TEXT,
    version INTEGER NOT NULL
) STRICT;
CREATE INDEX handovers_by_school ON handovers (school, id);

-- Disclosures to authorities that point to a law. The law, the request, what is disclosed, and why nobody was informed: sealed.
CREATE TABLE disclosures (
    id BLOB PRIMARY KEY,
    school BLOB NOT NULL REFERENCES schools (id),
    person BLOB NOT NULL,
    authority TEXT NOT NULL,
    verified_at INTEGER NOT NULL,
    informed_at INTEGER,
    in_spite INTEGER NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER NOT NULL,
    ended_by TEXT,
    sealed BLOB NOT NULL
) STRICT;
CREATE INDEX disclosures_by_school ON disclosures (school, id);
