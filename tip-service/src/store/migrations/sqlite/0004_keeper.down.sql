-- Always empty here: nothing is lost.
DROP INDEX outbox_state;
ALTER TABLE outbox DROP COLUMN keeper;
CREATE INDEX outbox_state ON outbox (state, class, unit_id, length(sealed), id);

DROP INDEX outbox_batch;
CREATE INDEX outbox_batch ON outbox (batch_id) WHERE batch_id <> x'';
