-- What a school has on record against processing the data of a person. It follows the person, not the row of the roster:
-- whoever leaves it and comes back is found by the id that follows from the ECK iD, or by the key of the administration.
CREATE TABLE restrictions (
    id BLOB PRIMARY KEY,
    school BLOB NOT NULL REFERENCES schools (id),
    person BLOB NOT NULL,
    key_hash BLOB,
    subject BLOB NOT NULL,
    ground TEXT NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER
) STRICT;
CREATE INDEX restrictions_by_school ON restrictions (school, id);
