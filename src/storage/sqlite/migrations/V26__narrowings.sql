-- What schools take from purposes: a category of pupils or staff that does not go for it.
CREATE TABLE narrowings (
    id BLOB PRIMARY KEY,
    school BLOB NOT NULL REFERENCES schools (id),
    agreement BLOB NOT NULL REFERENCES agreements (id),
    purpose TEXT NOT NULL,
    category TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER
) STRICT;
CREATE INDEX narrowings_by_school ON narrowings (school, id);

-- In what form a part was approved: by an act of the school, or by being switched on in practice.
ALTER TABLE approvals ADD COLUMN form TEXT NOT NULL DEFAULT 'act';
