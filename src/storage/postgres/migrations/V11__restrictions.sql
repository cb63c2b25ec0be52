-- What a school has on record against processing the data of a person. It follows the person, not the row of the roster:
-- whoever leaves it and comes back is found by the id that follows from the ECK iD, or by the key of the administration.
CREATE TABLE restrictions (
    id BYTEA PRIMARY KEY,
    school BYTEA NOT NULL REFERENCES schools (id),
    person BYTEA NOT NULL,
    key_hash BYTEA,
    subject BYTEA NOT NULL,
    ground TEXT COLLATE "C" NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT
);
CREATE INDEX restrictions_by_school ON restrictions (school, id);
