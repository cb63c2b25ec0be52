-- What a login looks up: a person of one school by the keyed hash of the ECK iD, and what has expired.

CREATE INDEX roster_persons_by_eck ON roster_persons (school, eck_hash);
CREATE INDEX logins_by_expiry ON logins (expires_at);
CREATE INDEX codes_by_expiry ON codes (expires_at);
