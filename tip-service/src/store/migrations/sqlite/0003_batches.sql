-- Letters that travelled in one mail, so that a mail that comes back parks all of them.
ALTER TABLE outbox ADD COLUMN batch_id BLOB NOT NULL DEFAULT x''; -- that mail's Message-ID; empty for a letter alone
CREATE INDEX outbox_batch ON outbox (batch_id) WHERE batch_id <> x'';

-- Delivery asks every few seconds for what waits, with unit and size: all of it from the index.
DROP INDEX outbox_state;
CREATE INDEX outbox_state ON outbox (state, class, unit_id, length(sealed), id);
