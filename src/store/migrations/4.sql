-- Which folder of documents an answer was taken from: several may share a data folder. Unknown for older ones.
ALTER TABLE receipts ADD COLUMN corpus TEXT;

-- What somebody said beside a vote.
ALTER TABLE votes ADD COLUMN note TEXT;

-- The source that came closest, of the asking that was noted last. Guild 0 is the terminal.
ALTER TABLE unanswered ADD COLUMN nearest TEXT;

-- Who wants to be told once the sources answer a question: the only table that knows people by their Discord id,
-- since somebody must be told something; a row goes as soon as that is done.
CREATE TABLE watches (
    id INTEGER PRIMARY KEY,
    user TEXT NOT NULL,
    person BLOB NOT NULL,
    guild INTEGER NOT NULL,
    question TEXT NOT NULL,
    normalised TEXT NOT NULL,
    sources TEXT NOT NULL,
    language TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (person, normalised)
) STRICT;
CREATE INDEX watches_by_time ON watches (at);

-- Answers that a moderator took back, by a hash of what the questions they answer have in common: the words of whoever
-- asked must be able to go. They stand until what they rested on changes. Guild 0: for all, from the terminal.
CREATE TABLE withdrawals (
    id INTEGER PRIMARY KEY,
    guild INTEGER NOT NULL,
    asked TEXT NOT NULL,
    receipt TEXT NOT NULL,
    answer TEXT NOT NULL,
    rests_on TEXT NOT NULL,
    reason TEXT NOT NULL,
    user TEXT NOT NULL,
    at INTEGER NOT NULL,
    UNIQUE (guild, asked)
) STRICT;

-- What the golden questions of a corpus were answered with last.
CREATE TABLE golden (
    corpus TEXT NOT NULL,
    question TEXT NOT NULL,
    reply TEXT NOT NULL,
    receipt TEXT NOT NULL,
    at INTEGER NOT NULL,
    PRIMARY KEY (corpus, question)
) STRICT;

-- The audit log is written at its end only; what is old goes by its age.
CREATE TRIGGER audit_is_append_only BEFORE UPDATE ON audit
BEGIN SELECT RAISE(ABORT, 'the audit log is append only'); END;

-- Each index costs every question. Few rows are kept of turns, and nearly all askings are of one guild; most askings
-- have neither reply nor group when they are written.
DROP INDEX turns_by_guild;
DROP INDEX turns_by_time;
DROP INDEX askings_by_guild;
DROP INDEX askings_by_reply;
CREATE INDEX askings_by_reply ON askings (reply) WHERE reply IS NOT NULL;
DROP INDEX askings_by_group;
CREATE INDEX askings_by_group ON askings (unanswered) WHERE unanswered IS NOT NULL;
