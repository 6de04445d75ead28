-- The same columns as with PostgreSQL, where several services share the outbox: which of them sends a letter. Here it is
-- always empty, since there is one.
ALTER TABLE outbox ADD COLUMN keeper BLOB NOT NULL DEFAULT x'';
DROP INDEX outbox_state;
CREATE INDEX outbox_state ON outbox (state, class, unit_id, length(sealed), id, keeper);

-- Written as both databases understand it.
DROP INDEX outbox_batch;
CREATE INDEX outbox_batch ON outbox (batch_id) WHERE length(batch_id) > 0;
