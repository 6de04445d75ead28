-- What a seized disk would show. DATA.md explains each column; a test compares the two.
-- Keys are random, so nothing here tells the order of arrival; dates are days, never times.
CREATE TABLE outbox (
  id            BLOB    NOT NULL PRIMARY KEY,  -- 16 random bytes; the letter's Message-ID
  mailbox_id    BLOB    NOT NULL,              -- the thread this letter belongs to
  unit_id       TEXT    NOT NULL,
  class         TEXT    NOT NULL,              -- prompt | later
  state         TEXT    NOT NULL,              -- queued | sending | parked | delivered
  in_reply_to   BLOB    NOT NULL DEFAULT x'',  -- the thread's first letter to this unit; empty for the first itself
  sealed        BLOB    NOT NULL,              -- OpenPGP, padded to a bucket; emptied by purge
  attempts      INTEGER NOT NULL DEFAULT 0,
  last_code     INTEGER NOT NULL DEFAULT 0,    -- the mail server's code, never its words
  received_day  INTEGER NOT NULL,              -- days since 1970, China time
  delivered_day INTEGER NOT NULL DEFAULT 0
) STRICT, WITHOUT ROWID;
CREATE INDEX outbox_state ON outbox (state, class, id);
CREATE INDEX outbox_mailbox ON outbox (mailbox_id, unit_id);

CREATE TABLE mailbox (
  id          BLOB    NOT NULL PRIMARY KEY,    -- 16 random bytes
  lookup_hash BLOB    NOT NULL UNIQUE,         -- hash of a look-up id that only the receipt gives
  public_key  BLOB    NOT NULL,                -- X25519; the private half only the receipt gives
  ends_day    INTEGER NOT NULL                 -- with jitter, so it does not tell the day of arrival
) STRICT, WITHOUT ROWID;

CREATE TABLE form (
  form_hash    BLOB    NOT NULL,               -- hash of the one-time form id
  content_hash BLOB    NOT NULL,               -- keyed with the form id, which is not stored
  mailbox_id   BLOB    NOT NULL,
  ends_day     INTEGER NOT NULL,
  PRIMARY KEY (form_hash, content_hash)
) STRICT, WITHOUT ROWID;
