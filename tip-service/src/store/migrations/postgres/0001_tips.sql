-- What a seized database would show. DATA.md explains each column; a test compares the two.
-- Keys are random; dates are days, never times. The same tables as SQLite's, and one more.
CREATE TABLE outbox (
  id            BYTEA  NOT NULL PRIMARY KEY,
  mailbox_id    BYTEA  NOT NULL,
  unit_id       TEXT   COLLATE "C" NOT NULL,
  class         TEXT   COLLATE "C" NOT NULL,
  state         TEXT   COLLATE "C" NOT NULL,
  in_reply_to   BYTEA  NOT NULL DEFAULT '',
  sealed        BYTEA  NOT NULL,
  attempts      BIGINT NOT NULL DEFAULT 0,
  last_code     BIGINT NOT NULL DEFAULT 0,
  received_day  BIGINT NOT NULL,
  delivered_day BIGINT NOT NULL DEFAULT 0,
  thread_id     BYTEA  NOT NULL DEFAULT '',
  batch_id      BYTEA  NOT NULL DEFAULT '',
  keeper        BYTEA  NOT NULL DEFAULT '',
  slot          BIGINT NOT NULL
);
CREATE INDEX outbox_state ON outbox (state, keeper);
CREATE INDEX outbox_batch ON outbox (batch_id) WHERE length(batch_id) > 0;

CREATE TABLE mailbox (
  id          BYTEA  NOT NULL PRIMARY KEY,
  lookup_hash BYTEA  NOT NULL UNIQUE,
  public_key  BYTEA  NOT NULL,
  ends_day    BIGINT NOT NULL,
  shred_key   BYTEA  NOT NULL DEFAULT '',
  read_number BIGINT NOT NULL DEFAULT 0
);

CREATE TABLE form (
  form_hash    BYTEA  NOT NULL,
  content_hash BYTEA  NOT NULL,
  mailbox_id   BYTEA  NOT NULL,
  ends_day     BIGINT NOT NULL,
  PRIMARY KEY (form_hash, content_hash)
);

CREATE TABLE thread (
  id         BYTEA  NOT NULL PRIMARY KEY,
  mailbox_id BYTEA  NOT NULL,
  unit_id    TEXT   COLLATE "C" NOT NULL,
  routed_to  TEXT   COLLATE "C" NOT NULL,
  letter_id  BYTEA  NOT NULL,
  state      TEXT   COLLATE "C" NOT NULL,
  since_day  BIGINT NOT NULL,
  nudges     BIGINT NOT NULL DEFAULT 0,
  reward     BIGINT NOT NULL DEFAULT 0
);
CREATE INDEX thread_mailbox ON thread (mailbox_id);

CREATE TABLE entry (
  mailbox_id BYTEA  NOT NULL,
  number     BIGINT NOT NULL,
  sealed     BYTEA  NOT NULL,
  day        BIGINT NOT NULL,
  PRIMARY KEY (mailbox_id, number)
);

CREATE TABLE seen (
  hash     BYTEA  NOT NULL PRIMARY KEY,
  ends_day BIGINT NOT NULL
);

CREATE TABLE digest (
  unit_id TEXT   COLLATE "C" NOT NULL PRIMARY KEY,
  day     BIGINT NOT NULL
);

CREATE TABLE counter (
  month BIGINT NOT NULL,
  name  TEXT   COLLATE "C" NOT NULL,
  slot  TEXT   COLLATE "C" NOT NULL,
  n     BIGINT NOT NULL,
  PRIMARY KEY (month, name, slot)
);

-- The services that share this database, each with a number that grows while it lives. No times.
CREATE TABLE instance (
  id   BYTEA  NOT NULL PRIMARY KEY,
  beat BIGINT NOT NULL
);
