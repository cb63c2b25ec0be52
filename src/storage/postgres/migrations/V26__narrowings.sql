-- What schools take from purposes: a category of pupils or staff that does not go for it.
CREATE TABLE narrowings (
    id BYTEA PRIMARY KEY,
    school BYTEA NOT NULL REFERENCES schools (id),
    agreement BYTEA NOT NULL REFERENCES agreements (id),
    purpose TEXT COLLATE "C" NOT NULL,
    category TEXT COLLATE "C" NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT
);
CREATE INDEX narrowings_by_school ON narrowings (school, id);

-- In what form a part was approved: by an act of the school, or by being switched on in practice.
ALTER TABLE approvals ADD COLUMN form TEXT COLLATE "C" NOT NULL DEFAULT 'act';
