//! Reminds a unit of what it has not acknowledged, tells its supervisor when that does not help, and sends each unit
//! its daily digest. The database knows days alone, so a term is counted from the end of the day: a reminder may come
//! up to a day late and never early.

use sealed_tip::{Cover, DigestLine, Note, UnitCert};

use crate::clock::{self, Clock, Date};
use crate::config::Loaded;
use crate::entropy::Entropy;
use crate::id::{self, Id};
use crate::store::{About, NewLetter, Nudge, State, Store, StoreError, ThreadRow};
use crate::units::{ROBOT, Unit};

const HOUR: u64 = 3600;

/// What reminding works with.
pub struct Reminders<'a> {
    /// Units and settings.
    pub loaded: &'a Loaded,
    /// Threads.
    pub store: &'a Store,
    /// Chance.
    pub entropy: &'a Entropy,
    /// Time.
    pub clock: &'a dyn Clock,
}

impl Reminders<'_> {
    /// Writes every reminder and digest that is due. Returns how many.
    ///
    /// # Errors
    /// From the database.
    pub async fn run(&self) -> Result<usize, StoreError> {
        let now = self.clock.unix();
        let threads = self.store.open_threads().await?;
        let mut written = 0;
        for thread in threads.iter().filter(|thread| thread.unit_id != ROBOT) {
            let step = self.step(thread, now);
            if step > thread.nudges && self.remind(thread, step, now).await? {
                written += 1;
            }
        }
        let triage = &self.loaded.config.triage;
        if triage.daily_digest && clock::hour(now) >= triage.digest_hour {
            for unit in self.loaded.register.units() {
                if self.digest(unit, &threads, now).await? {
                    written += 1;
                }
            }
        }
        Ok(written)
    }

    /// How far reminding should have gone: 0, 1 the unit, 2 its supervisor.
    fn step(&self, thread: &ThreadRow, now: u64) -> u8 {
        let triage = &self.loaded.config.triage;
        let Some(since) = thread.waiting_since() else {
            return 0;
        };
        let passed = |hours: u32| now >= clock::day_start(since + 1) + u64::from(hours) * HOUR;
        match thread.state.is_unacknowledged() {
            true if passed(triage.escalate_hours) => 2,
            true if passed(triage.ack_hours) => 1,
            _ => 0,
        }
    }

    async fn remind(&self, thread: &ThreadRow, step: u8, now: u64) -> Result<bool, StoreError> {
        let register = &self.loaded.register;
        let Some(unit) = register.unit(&thread.unit_id) else {
            return Ok(false);
        };
        let since = Date::of(thread.waiting_since().unwrap_or_default()).to_string();
        let reference = id::reference(&thread.mailbox_id);
        let id = self.entropy.bytes();
        let names = self.loaded.config.mail.reply_names(&thread.id, &id);
        let supervisor = unit.supervisor.as_deref().and_then(|id| register.unit(id));
        let mut letters = Vec::new();
        if thread.nudges == 0 {
            let hours = self.loaded.config.triage.escalate_hours;
            let note = Note::Reminder {
                delivered: &since,
                escalate_hours: supervisor.filter(|_| step == 1).map(|_| hours),
            };
            let cover = Cover {
                reference: &reference,
                reply: Some(self.loaded.reply_to(unit, &names, None)),
            };
            letters.extend(self.letter(id, &note, &cover, unit, Some(thread.id)));
        }
        let mut reached = step;
        if let Some(supervisor) = supervisor.filter(|_| step == 2) {
            let note = Note::Escalation {
                unit: &unit.name,
                delivered: &since,
            };
            let cover = Cover {
                reference: &reference,
                reply: None,
            };
            match self.letter(self.entropy.bytes(), &note, &cover, supervisor, None) {
                Some(letter) => letters.push(letter),
                // Tried again until the supervisor can be written to.
                None => reached = 1,
            }
        }
        let about = About::Thread {
            id: thread.id,
            mailbox_id: thread.mailbox_id,
            step: reached,
        };
        self.write(about, letters, now).await
    }

    async fn digest(
        &self,
        unit: &Unit,
        threads: &[ThreadRow],
        now: u64,
    ) -> Result<bool, StoreError> {
        let today = clock::day(now);
        if self.store.last_digest(&unit.id).await? >= Some(today) {
            return Ok(false);
        }
        let own: Vec<(&ThreadRow, String, String)> = threads
            .iter()
            .filter(|thread| thread.unit_id == unit.id && thread.waiting_since().is_some())
            .map(|thread| {
                let since = thread.waiting_since().unwrap_or(thread.since_day);
                (
                    thread,
                    id::reference(&thread.mailbox_id),
                    Date::of(since).to_string(),
                )
            })
            .collect();
        let lines: Vec<DigestLine<'_>> = own
            .iter()
            .map(|(thread, reference, since)| DigestLine {
                reference,
                state: state_name(thread.state),
                since,
                overdue: self.is_overdue(thread, now),
            })
            .collect();
        let day = Date::of(today).to_string();
        let note = Note::Digest {
            day: &day,
            open: &lines,
            overdue_after_hours: self.loaded.config.triage.ack_hours,
        };
        let cover = Cover {
            reference: "",
            reply: None,
        };
        let letters: Vec<NewLetter> = self
            .letter(self.entropy.bytes(), &note, &cover, unit, None)
            .into_iter()
            .collect();
        let about = About::Digest {
            unit_id: unit.id.clone(),
        };
        self.write(about, letters, now).await
    }

    fn is_overdue(&self, thread: &ThreadRow, now: u64) -> bool {
        let days = self.loaded.config.triage.overdue_days;
        self.step(thread, now) > 0 || clock::day(now) > thread.since_day + days
    }

    /// `None`: the unit cannot be written to now. Said in the log by the daily look at all keys.
    fn letter(
        &self,
        id: Id,
        note: &Note<'_>,
        cover: &Cover<'_>,
        to: &Unit,
        thread_id: Option<Id>,
    ) -> Option<NewLetter> {
        let now = self.clock.unix();
        to.usable(now).ok()?;
        let certs: Vec<&UnitCert> = to.certs.iter().collect();
        match sealed_tip::seal_note(note, cover, &certs, now, &mut self.entropy.fork()) {
            Ok(sealed) => Some(NewLetter {
                id,
                unit_id: to.id.clone(),
                thread_id,
                begins_thread: false,
                sealed,
            }),
            Err(error) => {
                tracing::error!(unit = %to.id, %error, "ALARM: a reminder could not be sealed");
                None
            }
        }
    }

    /// Nothing is noted as done when there was nobody to tell: it is tried again.
    async fn write(
        &self,
        about: About,
        letters: Vec<NewLetter>,
        now: u64,
    ) -> Result<bool, StoreError> {
        if letters.is_empty() {
            return Ok(false);
        }
        let day = clock::day(now);
        self.store
            .nudge(Nudge {
                about,
                letters,
                day,
            })
            .await
    }
}

fn state_name(state: State) -> &'static str {
    match state {
        State::Sent | State::Forwarded => "未受理",
        State::Accepted => "已受理",
        State::Asked => "待补充",
        State::Checking => "核查中",
        State::Closed | State::Unrelated => "已办结",
    }
}
