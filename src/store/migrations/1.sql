-- Times are milliseconds since 1970. Ids of Discord are 64-bit numbers. A person is a keyed hash of 32 bytes;
-- a user is a Discord id as text, and stands only where an admin must be accountable.

-- Facts about this file: 'person_key' tells whether person.key beside it is the one it was written with.
CREATE TABLE meta (name TEXT PRIMARY KEY, value BLOB NOT NULL) STRICT;

-- The proof of an answer. The same question to the same index has the same receipt.
CREATE TABLE receipts (
    id TEXT PRIMARY KEY,
    question TEXT NOT NULL,
    fingerprint TEXT NOT NULL,
    answer TEXT NOT NULL,
    citations TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;

-- Questions that the sources did not answer, one row for all that ask the same. How often and when is counted
-- from the askings, so that removing those leaves nothing behind.
CREATE TABLE unanswered (
    id INTEGER PRIMARY KEY,
    guild INTEGER NOT NULL,
    normalised TEXT NOT NULL,
    missing TEXT NOT NULL,
    resolved INTEGER NOT NULL DEFAULT 0,
    UNIQUE (guild, normalised)
) STRICT;

CREATE TABLE askings (
    id TEXT PRIMARY KEY,
    surface TEXT NOT NULL,
    guild INTEGER,
    channel INTEGER,
    thread INTEGER,
    person BLOB,
    question TEXT NOT NULL,
    understood_as TEXT,
    receipt TEXT REFERENCES receipts (id),
    outcome TEXT NOT NULL,
    confidence REAL NOT NULL,
    at INTEGER NOT NULL,
    asked_in INTEGER,
    reply INTEGER,
    is_private INTEGER NOT NULL,
    unanswered INTEGER REFERENCES unanswered (id) ON DELETE SET NULL
) STRICT;
CREATE INDEX askings_by_person ON askings (person, at);
CREATE INDEX askings_by_guild ON askings (guild);
CREATE INDEX askings_by_time ON askings (at);
CREATE INDEX askings_by_receipt ON askings (receipt);
CREATE INDEX askings_by_question ON askings (asked_in);
CREATE INDEX askings_by_reply ON askings (reply);
CREATE INDEX askings_by_group ON askings (unanswered);

CREATE TABLE votes (
    asking TEXT NOT NULL REFERENCES askings (id) ON DELETE CASCADE,
    person BLOB NOT NULL,
    vote TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (asking, person)
) STRICT;
CREATE INDEX votes_by_person ON votes (person);

-- What somebody asked in a place, for follow-ups. Bounded, and gone long before the askings.
CREATE TABLE turns (
    id INTEGER PRIMARY KEY,
    guild INTEGER,
    channel INTEGER NOT NULL,
    thread INTEGER,
    person BLOB NOT NULL,
    question TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX turns_by_person ON turns (person, channel);
CREATE INDEX turns_by_guild ON turns (guild);
CREATE INDEX turns_by_time ON turns (at);

CREATE TABLE channels (
    guild INTEGER NOT NULL,
    channel INTEGER NOT NULL,
    switch TEXT NOT NULL,
    set_by TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (guild, channel)
) STRICT;

CREATE TABLE audit (
    id INTEGER PRIMARY KEY,
    user TEXT NOT NULL,
    guild INTEGER,
    what TEXT NOT NULL,
    details TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX audit_by_guild ON audit (guild);
CREATE INDEX audit_by_time ON audit (at);

-- Guilds that removed us, and when.
CREATE TABLE left_guilds (guild INTEGER PRIMARY KEY, at INTEGER NOT NULL) STRICT;
