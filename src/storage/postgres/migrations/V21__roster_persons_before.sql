-- By which ids and keys a roster knew persons who left it, or whose keys are others by now: a school finds the records about them.
-- Without an ECK iD its hash is empty. A row goes when the key is destroyed by which records of its last year know persons.
CREATE TABLE roster_persons_before (
    school BYTEA NOT NULL REFERENCES schools (id),
    person BYTEA NOT NULL,
    key_hash BYTEA NOT NULL,
    eck_hash BYTEA NOT NULL,
    last_year BIGINT NOT NULL,
    PRIMARY KEY (school, person, key_hash, eck_hash)
);
CREATE INDEX roster_persons_before_by_key ON roster_persons_before (school, key_hash);
CREATE INDEX roster_persons_before_by_eck ON roster_persons_before (school, eck_hash);
CREATE INDEX roster_persons_before_by_year ON roster_persons_before (last_year, school);
