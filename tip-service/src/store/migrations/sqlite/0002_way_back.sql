-- The way back: threads with the units, what lies in mailboxes, counters.
CREATE TABLE thread (
  id         BLOB    NOT NULL PRIMARY KEY,     -- 16 random bytes; the token of the reply address
  mailbox_id BLOB    NOT NULL,
  unit_id    TEXT    NOT NULL,                 -- who is responsible now
  routed_to  TEXT    NOT NULL,                 -- who was at first
  letter_id  BLOB    NOT NULL,                 -- its first letter, which all others answer to
  state      TEXT    NOT NULL,                 -- sent | forwarded | accepted | asked | checking | closed | unrelated
  since_day  INTEGER NOT NULL,                 -- the day of that state
  nudges     INTEGER NOT NULL DEFAULT 0,       -- 0, 1 the unit was reminded, 2 its supervisor was told
  reward     INTEGER NOT NULL DEFAULT 0        -- 1: the unit has set one
) STRICT, WITHOUT ROWID;
CREATE INDEX thread_mailbox ON thread (mailbox_id);

CREATE TABLE entry (
  mailbox_id BLOB    NOT NULL,
  number     INTEGER NOT NULL,                 -- 1, 2, … within the mailbox
  sealed     BLOB    NOT NULL,                 -- HPKE to the receipt and the mailbox's shred key, padded
  day        INTEGER NOT NULL,
  PRIMARY KEY (mailbox_id, number)
) STRICT, WITHOUT ROWID;

CREATE TABLE seen (
  hash     BLOB    NOT NULL PRIMARY KEY,       -- of a signed reply, so that it counts once
  ends_day INTEGER NOT NULL
) STRICT, WITHOUT ROWID;

CREATE TABLE digest (
  unit_id TEXT    NOT NULL PRIMARY KEY,
  day     INTEGER NOT NULL                     -- the last day a digest was written for
) STRICT, WITHOUT ROWID;

CREATE TABLE counter (
  month INTEGER NOT NULL,                      -- 202611
  name  TEXT    NOT NULL,                      -- received | acknowledged
  slot  TEXT    NOT NULL,                      -- a kind's id | whole days until acknowledged
  n     INTEGER NOT NULL,
  PRIMARY KEY (month, name, slot)
) STRICT, WITHOUT ROWID;

ALTER TABLE mailbox ADD COLUMN shred_key   BLOB    NOT NULL DEFAULT x''; -- 32 random bytes; without them no entry opens
ALTER TABLE mailbox ADD COLUMN read_number INTEGER NOT NULL DEFAULT 0;   -- the last entry its holder has seen
ALTER TABLE outbox  ADD COLUMN thread_id   BLOB    NOT NULL DEFAULT x''; -- empty for a letter outside any thread

-- Threads name their first letter, so letters need not be found by their mailbox any more.
DROP INDEX outbox_mailbox;
