-- Citations get a table of their own, so that a source's path leads to the answers that rest on it. What older
-- versions did not keep is unknown: the lines, how the file was decoded (a word), and the lines around the quote
-- (a hash of each).
CREATE TABLE citations (
    receipt TEXT NOT NULL REFERENCES receipts (id) ON DELETE CASCADE,
    number INTEGER NOT NULL,
    source TEXT NOT NULL,
    path TEXT NOT NULL,
    byte_start INTEGER NOT NULL,
    byte_end INTEGER NOT NULL,
    line_start INTEGER,
    line_end INTEGER,
    sha256 TEXT NOT NULL,
    quote TEXT NOT NULL,
    encoding TEXT,
    line_before INTEGER,
    line_after INTEGER,
    PRIMARY KEY (receipt, number)
) STRICT, WITHOUT ROWID;
INSERT INTO citations (receipt, number, source, path, byte_start, byte_end, sha256, quote)
    SELECT receipts.id, cited.key, cited.value ->> 'source', cited.value ->> 'path', cited.value ->> 'byte_start',
           cited.value ->> 'byte_end', cited.value ->> 'sha256', cited.value ->> 'quote'
    FROM receipts, json_each(receipts.citations) AS cited;
CREATE INDEX citations_by_path ON citations (path, receipt, number);

-- The program that answered, how sure it was, and how the answer was chosen (JSON).
ALTER TABLE receipts DROP COLUMN citations;
ALTER TABLE receipts ADD COLUMN confidence REAL;
ALTER TABLE receipts ADD COLUMN version TEXT;
ALTER TABLE receipts ADD COLUMN explanation TEXT;

-- Answers under which it stands already that their sources have changed.
CREATE TABLE stale_notes (
    asking TEXT PRIMARY KEY REFERENCES askings (id) ON DELETE CASCADE,
    at INTEGER NOT NULL
) STRICT;
