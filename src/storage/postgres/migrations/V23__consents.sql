-- Consents of persons or guardians, for one product, one purpose and the words of one annex each. Where the evidence is may name the person: it is sealed.
CREATE TABLE consents (
    id BYTEA PRIMARY KEY,
    school BYTEA NOT NULL REFERENCES schools (id),
    person BYTEA NOT NULL,
    product BYTEA NOT NULL REFERENCES products (id),
    purpose TEXT COLLATE "C" NOT NULL,
    annex_hash BYTEA NOT NULL,
    given_by TEXT COLLATE "C" NOT NULL,
    evidence TEXT COLLATE "C" NOT NULL,
    reference_sealed BYTEA NOT NULL,
    valid_from BIGINT NOT NULL,
    valid_until BIGINT,
    withdrawn_by TEXT COLLATE "C"
);
CREATE INDEX consents_by_school ON consents (school, id);
