-- Which letters travelled together is only of use while one that still has its content may come back: schema/steps.rs refuses
-- the way down then.
DROP INDEX outbox_batch;
DROP INDEX outbox_state;
ALTER TABLE outbox DROP COLUMN batch_id;
CREATE INDEX outbox_state ON outbox (state, class, id);
