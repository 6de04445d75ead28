//! What stands in the way of a way down.

use super::*;

/// What an older schema cannot hold: the step that brought it, how it comes to be there, how it goes.
const LOSSES: &[(i64, &str, &str)] = &[
    (
        2,
        "INSERT INTO mailbox (id, lookup_hash, public_key, ends_day, shred_key) VALUES (x'01', x'02', x'03', 1, x'04')",
        "DELETE FROM mailbox",
    ),
    (
        2,
        "INSERT INTO thread (id, mailbox_id, unit_id, routed_to, letter_id, state, since_day) \
         VALUES (x'01', x'02', 'city', 'city', x'03', 'sent', 1)",
        "DELETE FROM thread",
    ),
    (
        2,
        "INSERT INTO entry (mailbox_id, number, sealed, day) VALUES (x'01', 1, x'02', 1)",
        "DELETE FROM entry",
    ),
    (
        2,
        "INSERT INTO outbox (slot, id, mailbox_id, unit_id, class, state, sealed, received_day, thread_id) \
         VALUES (1, x'01', x'02', 'city', 'prompt', 'queued', x'03', 1, x'04')",
        "UPDATE outbox SET state = 'delivered', sealed = x''",
    ),
    (
        2,
        "INSERT INTO seen (hash, ends_day) VALUES (x'01', 1)",
        "DELETE FROM seen",
    ),
    (
        2,
        "INSERT INTO counter (month, name, slot, n) VALUES (202611, 'received', 'dealing', 1)",
        "DELETE FROM counter",
    ),
    (
        3,
        "INSERT INTO outbox (slot, id, mailbox_id, unit_id, class, state, sealed, received_day, batch_id) \
         VALUES (1, x'01', x'02', 'city', 'prompt', 'delivered', x'03', 1, x'04')",
        "UPDATE outbox SET sealed = x''",
    ),
];

#[tokio::test]
async fn what_an_older_schema_cannot_hold_is_never_dropped_while_it_is_needed() -> Done {
    for (brought_by, comes, goes) in LOSSES {
        let folder = tempfile::tempdir()?;
        let path = folder.path().join("tips");
        open(&path, SQLITE.newest()).await?;
        run(&path, comes).await?;
        let before = (shape(&path).await?, rows(&path).await?);
        let refused = lead_down(&path, brought_by - 1).await;
        let Err(DowngradeError::Loss { below, count, .. }) = refused else {
            return Err(format!("{comes}: {refused:?}").into());
        };
        assert_eq!((below, count), (brought_by - 1, 1), "{comes}");
        assert_eq!((shape(&path).await?, rows(&path).await?), before, "{comes}");
        run(&path, goes).await?;
        lead_down(&path, brought_by - 1).await?;
    }
    let known = SQLITE.steps().map(|(_, step)| step.losses.len());
    assert_eq!(LOSSES.len(), known.sum::<usize>(), "each is tried");
    Ok(())
}

#[tokio::test]
async fn what_would_be_lost_is_counted_from_any_step_above() -> Done {
    for (number, step) in SQLITE.steps() {
        for above in number..=SQLITE.newest() {
            let folder = tempfile::tempdir()?;
            let path = folder.path().join("tips");
            open(&path, above).await?;
            for loss in step.losses {
                let counted: i64 = sqlx::query_scalar(loss.count)
                    .fetch_one(&mut look(&path).await?)
                    .await?;
                assert_eq!(counted, 0, "step {above}: {}", loss.count);
            }
        }
    }
    Ok(())
}
