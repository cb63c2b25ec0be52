-- What the sides deal with step by step: incidents, requests of persons, claims, contracts. A document that a supplier files for every
-- school with an agreement names no board. `person` is whose request it is.
CREATE TABLE matters (
    id BLOB PRIMARY KEY,
    kind TEXT NOT NULL,
    report BLOB NOT NULL,
    board BLOB REFERENCES boards (id),
    product BLOB REFERENCES products (id),
    agreement BLOB REFERENCES agreements (id),
    person BLOB,
    opened_at INTEGER NOT NULL,
    closed_at INTEGER
) STRICT;
CREATE INDEX matters_by_board ON matters (board, id);
CREATE INDEX matters_by_product ON matters (product, id);
CREATE INDEX matters_by_report ON matters (report, id);

-- The schools that a matter is about; without a row it is about the board as a whole.
CREATE TABLE matter_schools (
    matter BLOB NOT NULL REFERENCES matters (id),
    school BLOB NOT NULL REFERENCES schools (id),
    PRIMARY KEY (matter, school)
) STRICT;

-- The suppliers that take part in a matter, each for one product, and by which account they know whose request it is.
CREATE TABLE matter_products (
    matter BLOB NOT NULL REFERENCES matters (id),
    product BLOB NOT NULL REFERENCES products (id),
    account BLOB,
    PRIMARY KEY (product, matter)
) STRICT;
CREATE INDEX matter_products_by_matter ON matter_products (matter);

-- The opening (number 0) and the steps, without a gap in their numbers. Their texts are sealed.
CREATE TABLE matter_steps (
    matter BLOB NOT NULL REFERENCES matters (id),
    number INTEGER NOT NULL,
    side TEXT NOT NULL,
    client BLOB NOT NULL REFERENCES clients (id),
    happened_at INTEGER NOT NULL,
    sealed BLOB NOT NULL,
    PRIMARY KEY (matter, number)
) STRICT;
