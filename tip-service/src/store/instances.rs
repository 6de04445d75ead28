//! Several instances of the service with one database. Each letter has a keeper, the instance that sends it; each instance
//! counts on while it lives; whose count stands still has died, and the others take over what it kept. No clock is compared
//! and no time is stored. With SQLite there is one service, and nothing here writes.

use std::collections::HashMap;
use std::sync::{Mutex, PoisonError};

use sqlx::{AnyConnection, AssertSqlSafe};

use super::engine::Engine;
use super::writer::{Change, Effect};
use super::{Store, StoreError};

/// An instance's name and how far it has counted.
pub(super) type Beat = (Vec<u8>, i64);

/// Looks at the others without seeing one count on after which it is taken for dead. Between two looks are ten seconds: an
/// instance that is only slow, or whose database was away, must not be. One that lives all the same notices nothing but that
/// its letters are another's; those it is sending then may be sent twice, under the same names.
const SILENT: u32 = 6;

/// Letters taken over at once: the others want their share, and a transaction must end.
const SHARE: i64 = 1000;

/// What this instance has seen of the others.
#[derive(Default)]
pub(super) struct Others(Mutex<HashMap<Vec<u8>, Seen>>);

struct Seen {
    beat: i64,
    silent: u32,
}

impl Others {
    /// Those that have been silent for long.
    fn dead(&self) -> Vec<Beat> {
        let seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let silent = seen.iter().filter(|(_, seen)| seen.silent >= SILENT);
        silent.map(|(id, seen)| (id.clone(), seen.beat)).collect()
    }

    /// Takes in what a look showed.
    fn note(&self, beats: Vec<Beat>) {
        let mut seen = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let silent = |id: &Vec<u8>, beat| match seen.get(id) {
            Some(before) if before.beat == beat => before.silent + 1,
            _ => 0,
        };
        let now = beats.into_iter().map(|(id, beat)| {
            let silent = silent(&id, beat);
            (id, Seen { beat, silent })
        });
        *seen = now.collect();
    }
}

impl Store {
    /// Tells the other instances that this one lives, and takes over letters that nobody keeps: of instances that have died,
    /// and of commands beside the service. To be called every ten seconds.
    ///
    /// # Errors
    /// From the database.
    pub async fn beat(&self) -> Result<(), StoreError> {
        if !self.engine.is_shared() {
            return Ok(());
        }
        match self.write(Change::Beat(self.others.dead())).await? {
            Effect::Beats(beats) => {
                self.others.note(beats);
                Ok(())
            }
            _ => Err(StoreError::Closed),
        }
    }

    /// Leaves what this instance kept to the others, at its end.
    ///
    /// # Errors
    /// From the database.
    pub async fn leave(&self) -> Result<(), StoreError> {
        if !self.engine.is_shared() {
            return Ok(());
        }
        self.write(Change::Leave).await.map(drop)
    }
}

pub(super) async fn beat(
    db: &mut AnyConnection,
    engine: &Engine,
    dead: &[Beat],
) -> Result<Vec<Beat>, StoreError> {
    for (id, beat) in dead {
        // Whoever has counted on meanwhile lives.
        sqlx::query("DELETE FROM instance WHERE id = $1 AND beat = $2")
            .bind(id.clone())
            .bind(*beat)
            .execute(&mut *db)
            .await?;
    }
    sqlx::query(
        "INSERT INTO instance (id, beat) VALUES ($1, 1) \
         ON CONFLICT (id) DO UPDATE SET beat = instance.beat + 1",
    )
    .bind(engine.keeper().to_vec())
    .execute(&mut *db)
    .await?;
    let sql = format!(
        "UPDATE outbox SET keeper = $1, state = 'queued' WHERE id IN (SELECT id FROM outbox \
         WHERE state IN ('queued', 'sending') AND keeper NOT IN (SELECT id FROM instance) LIMIT $2{})",
        engine.unclaimed()
    );
    sqlx::query(AssertSqlSafe(sql))
        .bind(engine.keeper().to_vec())
        .bind(SHARE)
        .execute(&mut *db)
        .await?;
    let beats = sqlx::query_as("SELECT id, beat FROM instance")
        .fetch_all(db)
        .await?;
    Ok(beats)
}

pub(super) async fn leave(db: &mut AnyConnection, engine: &Engine) -> Result<(), StoreError> {
    sqlx::query("DELETE FROM instance WHERE id = $1")
        .bind(engine.keeper().to_vec())
        .execute(db)
        .await?;
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_who_stands_still_for_long_is_dead() {
        let others = Others::default();
        let (dies, lives) = (vec![1], vec![2]);
        for round in 0..i64::from(SILENT) {
            others.note(vec![(dies.clone(), 5), (lives.clone(), round)]);
            assert!(others.dead().is_empty(), "{round}");
        }
        others.note(vec![(dies.clone(), 5), (lives.clone(), 0)]);
        assert_eq!(others.dead(), [(dies.clone(), 5)]);
        others.note(vec![(dies, 6), (lives, 0)]);
        assert!(others.dead().is_empty(), "it has come back");
    }
}
