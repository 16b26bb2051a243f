-- The sources that a question was restricted to; none is all of them.
ALTER TABLE askings ADD COLUMN sources TEXT NOT NULL DEFAULT '[]';

-- The messages of an answer after the first, where one could not hold it. Looked up for every reply to us, so
-- that each is a row with its message as the key.
CREATE TABLE further_messages (
    message INTEGER PRIMARY KEY,
    asking TEXT NOT NULL REFERENCES askings (id) ON DELETE CASCADE,
    place INTEGER NOT NULL
) STRICT;
CREATE INDEX further_messages_by_asking ON further_messages (asking, place);

-- What somebody is paging through. Gone as soon as conversations are.
CREATE TABLE listings (
    id TEXT PRIMARY KEY,
    person BLOB NOT NULL,
    content TEXT NOT NULL,
    at INTEGER NOT NULL
) STRICT;
CREATE INDEX listings_by_person ON listings (person);
CREATE INDEX listings_by_time ON listings (at);
