-- What the sides deal with step by step: incidents, requests of persons, claims, contracts. A document that a supplier files for every
-- school with an agreement names no board. `person` is whose request it is.
CREATE TABLE matters (
    id BYTEA PRIMARY KEY,
    kind TEXT COLLATE "C" NOT NULL,
    report BYTEA NOT NULL,
    board BYTEA REFERENCES boards (id),
    product BYTEA REFERENCES products (id),
    agreement BYTEA REFERENCES agreements (id),
    person BYTEA,
    opened_at BIGINT NOT NULL,
    closed_at BIGINT
);
CREATE INDEX matters_by_board ON matters (board, id);
CREATE INDEX matters_by_product ON matters (product, id);
CREATE INDEX matters_by_report ON matters (report, id);

-- The schools that a matter is about; without a row it is about the board as a whole.
CREATE TABLE matter_schools (
    matter BYTEA NOT NULL REFERENCES matters (id),
    school BYTEA NOT NULL REFERENCES schools (id),
    PRIMARY KEY (matter, school)
);

-- The suppliers that take part in a matter, each for one product, and by which account they know whose request it is.
CREATE TABLE matter_products (
    matter BYTEA NOT NULL REFERENCES matters (id),
    product BYTEA NOT NULL REFERENCES products (id),
    account BYTEA,
    PRIMARY KEY (product, matter)
);
CREATE INDEX matter_products_by_matter ON matter_products (matter);

-- The opening (number 0) and the steps, without a gap in their numbers. Their texts are sealed.
CREATE TABLE matter_steps (
    matter BYTEA NOT NULL REFERENCES matters (id),
    number BIGINT NOT NULL,
    side TEXT COLLATE "C" NOT NULL,
    client BYTEA NOT NULL REFERENCES clients (id),
    happened_at BIGINT NOT NULL,
    sealed BYTEA NOT NULL,
    PRIMARY KEY (matter, number)
);
