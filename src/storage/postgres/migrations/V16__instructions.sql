-- What schools instruct distributors to do, and the spans in which that is disputed.
CREATE TABLE instructions (
    id BYTEA PRIMARY KEY,
    school BYTEA NOT NULL REFERENCES schools (id),
    product BYTEA NOT NULL REFERENCES products (id),
    valid_from BIGINT NOT NULL,
    valid_until BIGINT
);
CREATE INDEX instructions_by_school ON instructions (school, id);

CREATE TABLE instruction_suspensions (
    id BYTEA PRIMARY KEY,
    school BYTEA NOT NULL REFERENCES schools (id),
    instruction BYTEA NOT NULL REFERENCES instructions (id),
    valid_from BIGINT NOT NULL,
    valid_until BIGINT
);
CREATE INDEX instruction_suspensions_by_school ON instruction_suspensions (school, id);
