-- What schools instruct distributors to do, and the spans in which that is disputed.
CREATE TABLE instructions (
    id BLOB PRIMARY KEY,
    school BLOB NOT NULL REFERENCES schools (id),
    product BLOB NOT NULL REFERENCES products (id),
    valid_from INTEGER NOT NULL,
    valid_until INTEGER
) STRICT;
CREATE INDEX instructions_by_school ON instructions (school, id);

CREATE TABLE instruction_suspensions (
    id BLOB PRIMARY KEY,
    school BLOB NOT NULL REFERENCES schools (id),
    instruction BLOB NOT NULL REFERENCES instructions (id),
    valid_from INTEGER NOT NULL,
    valid_until INTEGER
) STRICT;
CREATE INDEX instruction_suspensions_by_school ON instruction_suspensions (school, id);
