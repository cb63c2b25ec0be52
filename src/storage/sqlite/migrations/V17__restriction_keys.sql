-- A restriction follows its person by everything that the person was ever known by: hashes of 32 bytes, one after the other.
ALTER TABLE restrictions ADD COLUMN source_keys BLOB NOT NULL DEFAULT x'';
ALTER TABLE restrictions ADD COLUMN eck_ids BLOB NOT NULL DEFAULT x'';
UPDATE restrictions SET source_keys = key_hash WHERE key_hash IS NOT NULL;
ALTER TABLE restrictions DROP COLUMN key_hash;
