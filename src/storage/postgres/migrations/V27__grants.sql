-- Dossiers of pupils for next schools. On which request, which parts, and what was opted out of: sealed.
CREATE TABLE handovers (
    id BYTEA PRIMARY KEY,
    school BYTEA NOT NULL REFERENCES schools (id),
    person BYTEA NOT NULL,
    recipient TEXT COLLATE "C" NOT NULL,
    basis TEXT COLLATE "C" NOT NULL,
    sealed BYTEA NOT NULL,
    requested_at BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    shown_at BIGINT,
    shown_by TEXT COLLATE "C",
    agrees BIGINT,
    released_at BIGINT,
    fetched_at BIGINT,
    received_at BIGINT,
    refused_at BIGINT,
    refused_by TEXT COLLATE "C",
    version BIGINT NOT NULL
);
CREATE INDEX handovers_by_school ON handovers (school, id);

-- Disclosures to authorities that point to a law. The law, the request, what is disclosed, and why nobody was informed: sealed.
CREATE TABLE disclosures (
    id BYTEA PRIMARY KEY,
    school BYTEA NOT NULL REFERENCES schools (id),
    person BYTEA NOT NULL,
    authority TEXT COLLATE "C" NOT NULL,
    verified_at BIGINT NOT NULL,
    informed_at BIGINT,
    in_spite BIGINT NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT NOT NULL,
    ended_by TEXT COLLATE "C",
    sealed BYTEA NOT NULL
);
CREATE INDEX disclosures_by_school ON disclosures (school, id);
