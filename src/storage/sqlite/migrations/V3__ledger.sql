-- One tree per stream. Whoever appends locks the row; `frontier` is the roots of the perfect subtrees.
CREATE TABLE ledger_streams (
    stream   INTEGER NOT NULL PRIMARY KEY,
    size     INTEGER NOT NULL,
    frontier BLOB NOT NULL
) STRICT;
INSERT INTO ledger_streams (stream, size, frontier) VALUES (1, 0, x'');

-- The leaves. `bytes` is what was hashed and never changes; the owner is a school, a board, or the operator (zeros).
CREATE TABLE ledger_records (
    stream   INTEGER NOT NULL,
    position INTEGER NOT NULL,
    id       BLOB NOT NULL UNIQUE,
    owner    BLOB NOT NULL CHECK (length(owner) = 16),
    sequence INTEGER NOT NULL,
    moment   INTEGER NOT NULL,
    bytes    BLOB NOT NULL,
    leaf     BLOB NOT NULL CHECK (length(leaf) = 32),
    PRIMARY KEY (stream, position),
    UNIQUE (owner, stream, sequence)
) STRICT;

-- The lists that pages commit to. Categories are codes with a space between them.
CREATE TABLE ledger_page_lines (
    owner      BLOB NOT NULL,
    stream     INTEGER NOT NULL,
    sequence   INTEGER NOT NULL,
    line       INTEGER NOT NULL,
    subject    BLOB NOT NULL CHECK (length(subject) = 32),
    outcome    TEXT NOT NULL,
    categories TEXT NOT NULL,
    PRIMARY KEY (owner, stream, sequence, line)
) STRICT, WITHOUT ROWID;

-- The nodes of the tree on the levels of tiles above the leaves: one for 256 leaves, one for 65,536, ...
CREATE TABLE ledger_nodes (
    stream INTEGER NOT NULL,
    level  INTEGER NOT NULL,
    place  INTEGER NOT NULL,
    hash   BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (stream, level, place)
) STRICT, WITHOUT ROWID;

-- The last record of each owner.
CREATE TABLE ledger_heads (
    owner    BLOB NOT NULL,
    stream   INTEGER NOT NULL,
    sequence INTEGER NOT NULL,
    hash     BLOB NOT NULL CHECK (length(hash) = 32),
    PRIMARY KEY (owner, stream)
) STRICT, WITHOUT ROWID;

-- The epoch of a school's policy; without a row it is 0. A permit by an older epoch is decided again.
CREATE TABLE school_epochs (
    school BLOB NOT NULL PRIMARY KEY CHECK (length(school) = 16),
    epoch  INTEGER NOT NULL
) STRICT, WITHOUT ROWID;
