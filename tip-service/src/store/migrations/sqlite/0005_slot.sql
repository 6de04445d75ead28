-- SQLite finds a row by a number without reading what is in it. By any other key it compares whole rows, and these are so long
-- that each comparison reads further pages: with hundreds of thousands of letters, most of what it did. The number is random,
-- as every key here, so that rows lie in no order that tells anything. `sealed` last: the other columns are read without it.
CREATE TABLE letters (
  slot          INTEGER NOT NULL PRIMARY KEY,
  id            BLOB    NOT NULL UNIQUE,
  mailbox_id    BLOB    NOT NULL,
  thread_id     BLOB    NOT NULL DEFAULT x'',
  unit_id       TEXT    NOT NULL,
  class         TEXT    NOT NULL,
  state         TEXT    NOT NULL,
  batch_id      BLOB    NOT NULL DEFAULT x'',
  keeper        BLOB    NOT NULL DEFAULT x'',
  in_reply_to   BLOB    NOT NULL DEFAULT x'',
  attempts      INTEGER NOT NULL DEFAULT 0,
  last_code     INTEGER NOT NULL DEFAULT 0,
  received_day  INTEGER NOT NULL,
  delivered_day INTEGER NOT NULL DEFAULT 0,
  sealed        BLOB    NOT NULL
) STRICT;
INSERT INTO letters (slot, id, mailbox_id, thread_id, unit_id, class, state, batch_id, keeper, in_reply_to, attempts, last_code,
                     received_day, delivered_day, sealed)
  SELECT random(), id, mailbox_id, thread_id, unit_id, class, state, batch_id, keeper, in_reply_to, attempts, last_code,
         received_day, delivered_day, sealed FROM outbox;
DROP TABLE outbox;
ALTER TABLE letters RENAME TO outbox;
CREATE INDEX outbox_state ON outbox (state, class, unit_id, length(sealed), id, keeper);
CREATE INDEX outbox_batch ON outbox (batch_id) WHERE length(batch_id) > 0;
