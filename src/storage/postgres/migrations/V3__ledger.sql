-- One tree per stream. Whoever appends locks the row; `frontier` is the roots of the perfect subtrees.
CREATE TABLE ledger_streams (
    stream   BIGINT NOT NULL PRIMARY KEY,
    size     BIGINT NOT NULL,
    frontier BYTEA NOT NULL
);
INSERT INTO ledger_streams (stream, size, frontier) VALUES (1, 0, '');

-- The leaves. `bytes` is what was hashed and never changes; the owner is a school, a board, or the operator (zeros).
CREATE TABLE ledger_records (
    stream   BIGINT NOT NULL,
    position BIGINT NOT NULL,
    id       BYTEA NOT NULL UNIQUE,
    owner    BYTEA NOT NULL CHECK (length(owner) = 16),
    sequence BIGINT NOT NULL,
    moment   BIGINT NOT NULL,
    bytes    BYTEA NOT NULL,
    leaf     BYTEA NOT NULL CHECK (length(leaf) = 32),
    PRIMARY KEY (stream, position),
    UNIQUE (owner, stream, sequence)
);

-- The lists that pages commit to. Categories are codes with a space between them.
CREATE TABLE ledger_page_lines (
    owner      BYTEA NOT NULL,
    stream     BIGINT NOT NULL,
    sequence   BIGINT NOT NULL,
    line       BIGINT NOT NULL,
    subject    BYTEA NOT NULL CHECK (length(subject) = 32),
    outcome    TEXT COLLATE "C" NOT NULL,
    categories TEXT COLLATE "C" NOT NULL,
    PRIMARY KEY (owner, stream, sequence, line)
);

-- The nodes of the tree on the levels of tiles above the leaves: one for 256 leaves, one for 65,536, ...
CREATE TABLE ledger_nodes (
    stream BIGINT NOT NULL,
    level  BIGINT NOT NULL,
    place  BIGINT NOT NULL,
    hash   BYTEA NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (stream, level, place)
);

-- The last record of each owner.
CREATE TABLE ledger_heads (
    owner    BYTEA NOT NULL,
    stream   BIGINT NOT NULL,
    sequence BIGINT NOT NULL,
    hash     BYTEA NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (owner, stream)
);

-- The epoch of a school's policy; without a row it is 0. A permit by an older epoch is decided again.
CREATE TABLE school_epochs (
    school BYTEA NOT NULL PRIMARY KEY CHECK (length(school) = 16),
    epoch  BIGINT NOT NULL
);
