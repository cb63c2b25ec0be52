-- By which ids and keys a roster knew persons who left it, or whose keys are others by now: a school finds the records about them.
-- Without an ECK iD its hash is empty. A row goes when the key is destroyed by which records of its last year know persons.
CREATE TABLE roster_persons_before (
    school BLOB NOT NULL REFERENCES schools (id),
    person BLOB NOT NULL,
    key_hash BLOB NOT NULL,
    eck_hash BLOB NOT NULL,
    last_year INTEGER NOT NULL,
    PRIMARY KEY (school, person, key_hash, eck_hash)
) STRICT;
CREATE INDEX roster_persons_before_by_key ON roster_persons_before (school, key_hash);
CREATE INDEX roster_persons_before_by_eck ON roster_persons_before (school, eck_hash);
CREATE INDEX roster_persons_before_by_year ON roster_persons_before (last_year, school);
