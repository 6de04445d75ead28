-- The number goes; the next upgrade makes another. In the order of the numbers, which is nearly that of the names: pages are
-- filled one after the other.
ALTER TABLE outbox RENAME TO letters;
CREATE TABLE outbox (
  id            BLOB    NOT NULL PRIMARY KEY,
  mailbox_id    BLOB    NOT NULL,
  unit_id       TEXT    NOT NULL,
  class         TEXT    NOT NULL,
  state         TEXT    NOT NULL,
  in_reply_to   BLOB    NOT NULL DEFAULT x'',
  sealed        BLOB    NOT NULL,
  attempts      INTEGER NOT NULL DEFAULT 0,
  last_code     INTEGER NOT NULL DEFAULT 0,
  received_day  INTEGER NOT NULL,
  delivered_day INTEGER NOT NULL DEFAULT 0,
  thread_id     BLOB    NOT NULL DEFAULT x'',
  batch_id      BLOB    NOT NULL DEFAULT x'',
  keeper        BLOB    NOT NULL DEFAULT x''
) STRICT, WITHOUT ROWID;
INSERT INTO outbox (id, mailbox_id, unit_id, class, state, in_reply_to, sealed, attempts, last_code, received_day, delivered_day,
                    thread_id, batch_id, keeper)
  SELECT id, mailbox_id, unit_id, class, state, in_reply_to, sealed, attempts, last_code, received_day, delivered_day,
         thread_id, batch_id, keeper FROM letters ORDER BY slot;
DROP TABLE letters;
CREATE INDEX outbox_state ON outbox (state, class, unit_id, length(sealed), id, keeper);
CREATE INDEX outbox_batch ON outbox (batch_id) WHERE length(batch_id) > 0;
