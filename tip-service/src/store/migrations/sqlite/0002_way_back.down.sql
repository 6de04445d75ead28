-- Taken only when there is nothing in them that anybody waits for (schema/steps.rs). What `digest` held, the next digest
-- writes anew.
DROP TABLE thread;
DROP TABLE entry;
DROP TABLE seen;
DROP TABLE digest;
DROP TABLE counter;
ALTER TABLE mailbox DROP COLUMN read_number;
ALTER TABLE mailbox DROP COLUMN shred_key;
ALTER TABLE outbox DROP COLUMN thread_id;
CREATE INDEX outbox_mailbox ON outbox (mailbox_id, unit_id);
