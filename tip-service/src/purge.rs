//! Retention: what has had its time goes. Runs once a day in the service, and by hand with
//! `tip-service purge`. Never touches a letter that its unit's mail server has not taken.

use crate::clock;
use crate::config::Config;
use crate::store::{Store, StoreError, Swept, Terms};

/// Deletes all that is past its day.
///
/// # Errors
/// From the database.
pub async fn run(store: &Store, config: &Config, now: u64) -> Result<Swept, StoreError> {
    let terms = Terms {
        keep_delivered: config.delivery.keep_delivered_days,
        unread_grace: config.retention.unread_grace_days,
    };
    let swept = store.sweep(clock::day(now), terms).await?;
    tracing::info!(
        letters = swept.letters,
        mailboxes = swept.mailboxes,
        forms = swept.forms,
        rows = swept.rows,
        entries = swept.entries,
        seen = swept.seen,
        "purge"
    );
    Ok(swept)
}
