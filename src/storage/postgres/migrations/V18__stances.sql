-- What schools say about the parties that an annex names: permitted outside the EEA, or objected to as sub-processor.
CREATE TABLE stances (
    id BYTEA PRIMARY KEY,
    school BYTEA NOT NULL REFERENCES schools (id),
    agreement BYTEA NOT NULL REFERENCES agreements (id),
    kind TEXT COLLATE "C" NOT NULL,
    party TEXT COLLATE "C" NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT
);
CREATE INDEX stances_by_school ON stances (school, id);
