-- At which schools a change of accounts is to be found: at the one in whose name it was decided, and at each that had seen one of
-- the accounts. Who has seen them by now stands for who had at the time, where that was not kept.
CREATE TABLE account_change_schools (
    school BLOB NOT NULL REFERENCES schools (id),
    supplier BLOB NOT NULL REFERENCES suppliers (id),
    change_id BLOB NOT NULL REFERENCES account_changes (id),
    PRIMARY KEY (school, change_id)
) STRICT, WITHOUT ROWID;
CREATE INDEX account_change_schools_by_supplier ON account_change_schools (school, supplier, change_id);
INSERT INTO account_change_schools (school, supplier, change_id)
    SELECT school, supplier, id FROM account_changes
    UNION
    SELECT s.school, c.supplier, c.id FROM account_changes c
    JOIN account_schools s ON s.supplier = c.supplier AND (s.account = c.from_account OR s.account = c.into_account)
    WHERE c.kind <> 'join';
