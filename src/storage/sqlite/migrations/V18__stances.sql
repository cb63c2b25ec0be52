-- What schools say about the parties that an annex names: permitted outside the EEA, or objected to as sub-processor.
CREATE TABLE stances (
    id BLOB PRIMARY KEY,
    school BLOB NOT NULL REFERENCES schools (id),
    agreement BLOB NOT NULL REFERENCES agreements (id),
    kind TEXT NOT NULL,
    party TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER
) STRICT;
CREATE INDEX stances_by_school ON stances (school, id);
