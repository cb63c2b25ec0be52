-- The operator of the service, as the processor that it is too, and the service itself as the product of its agreements
-- with boards. The identifiers are the same in every installation.

INSERT INTO suppliers (id, name, kind, oin, created_at)
VALUES (decode('0000000000007000800000736c756973', 'hex'), 'Sluis', 'supplier', NULL, 0);

INSERT INTO products (id, supplier, name, created_at)
VALUES (decode('0000000000007000800000736c756973', 'hex'), decode('0000000000007000800000736c756973', 'hex'), 'Sluis', 0);
