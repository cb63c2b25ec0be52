-- Consents of persons or guardians, for one product, one purpose and the words of one annex each. Where the evidence is may name the person: it is sealed.
CREATE TABLE consents (
    id BLOB PRIMARY KEY,
    school BLOB NOT NULL REFERENCES schools (id),
    person BLOB NOT NULL,
    product BLOB NOT NULL REFERENCES products (id),
    purpose TEXT NOT NULL,
    annex_hash BLOB NOT NULL,
    given_by TEXT NOT NULL,
    evidence TEXT NOT NULL,
    reference_sealed BLOB NOT NULL,
    valid_from INTEGER NOT NULL,
    valid_until INTEGER,
    withdrawn_by TEXT
) STRICT;
CREATE INDEX consents_by_school ON consents (school, id);
