//! The service's inside without its door: what a handler has at hand.

use std::sync::Arc;

use sealed_tip::Receipt;
use tip_service::clock::{Clock, FixedClock};
use tip_service::config::Loaded;
use tip_service::entropy::Entropy;
use tip_service::id::Id;
use tip_service::intake::{Accepted, FormKeys, Intake, Photographs, RawForm, SubmitError, Tally};
use tip_service::spool::Spool;
use tip_service::store::{Capacity, Class, Letter, MailboxRow, Outcome, Place, Queued, Store};
use zeroize::Zeroizing;

use super::house::{DEV, House};
use crate::ground::Ground;

pub(crate) struct Desk {
    house: House,
    ground: Ground,
    clock: Arc<FixedClock>,
    intake: Intake,
}

impl Desk {
    pub(crate) async fn open() -> Self {
        Self::with_room_for(1000).await
    }

    pub(crate) async fn with_room_for(max_waiting: u64) -> Self {
        Self::of(House::new(), max_waiting).await
    }

    /// With a robot unit that answers a canary.
    pub(crate) async fn with_robot() -> Self {
        let house = House::new();
        let robot = "[canary]\nmail = \"canary@units.example.invalid\"\n\
            cert_file = \"../var/keys/canary.cert.asc\"\nmark_file = \"../var/canary-mark\"\n";
        house.write(DEV, &format!("{}\n{robot}", house.text(DEV)));
        Self::of(house, 1000).await
    }

    async fn of(house: House, max_waiting: u64) -> Self {
        let ground = Ground::of(&house);
        let loaded = Arc::new(house.load(DEV).unwrap());
        let clock = Arc::new(FixedClock::new(house.now()));
        let store = open(&loaded, max_waiting).await;
        let intake = intake(loaded, store, clock.clone());
        Self {
            house,
            ground,
            clock,
            intake,
        }
    }

    /// The same database, a new process's memory.
    pub(crate) fn restarted(self) -> Self {
        let intake = intake(
            self.intake.loaded.clone(),
            self.intake.store.clone(),
            self.clock.clone(),
        );
        Self { intake, ..self }
    }

    pub(crate) fn days_pass(&self, days: u64) {
        self.clock.set(self.clock.unix() + days * 86_400);
        self.house.later_by_days(days);
    }

    pub(crate) fn today(&self) -> u32 {
        tip_service::clock::day(self.clock.unix())
    }

    pub(crate) fn intake(&self) -> &Intake {
        &self.intake
    }

    pub(crate) fn clock(&self) -> &FixedClock {
        &self.clock
    }

    pub(crate) fn store(&self) -> &Store {
        &self.intake.store
    }

    pub(crate) fn ground(&self) -> &Ground {
        &self.ground
    }

    /// A fresh form, filled in.
    pub(crate) fn form(&self, fields: &[(&str, &str)]) -> RawForm {
        let mut form = filled(fields);
        let id = self.intake.forms.issue(self.today(), &self.intake.entropy);
        form.set("form_id".to_owned(), Zeroizing::new(id));
        form
    }

    /// An earlier form with other text.
    pub(crate) fn same_form(&self, earlier: &RawForm, fields: &[(&str, &str)]) -> RawForm {
        let mut form = filled(fields);
        form.set(
            "form_id".to_owned(),
            Zeroizing::new(earlier.get("form_id").to_owned()),
        );
        form
    }

    pub(crate) async fn submit(&self, form: &RawForm) -> Result<Accepted, SubmitError> {
        self.intake.submit(form, &[], Class::Prompt).await
    }

    /// As somebody beyond the budget.
    pub(crate) async fn submit_later(&self, form: &RawForm) -> Result<Accepted, SubmitError> {
        self.intake.submit(form, &[], Class::Later).await
    }

    /// What the holder of a receipt finds.
    pub(crate) async fn mailbox(&self, receipt: &Receipt) -> Option<MailboxRow> {
        let found = self.store().mailbox(&receipt.lookup_hash()).await;
        found.unwrap()
    }

    /// Every letter that waits, as delivery would get it; they wait on afterwards.
    pub(crate) async fn letters(&self) -> Vec<Letter> {
        let mut letters = Vec::new();
        for id in self.queued().await {
            letters.extend(self.store().lease(vec![id]).await.unwrap().letters);
        }
        self.store().recover().await.unwrap();
        letters
    }

    /// The names of the letters that wait to be tried.
    pub(crate) async fn queued(&self) -> Vec<Id> {
        queued(self.store()).await
    }

    pub(crate) async fn deliver_all(&self) {
        let ids = self.queued().await;
        let leased = self.store().lease(ids.clone()).await.unwrap();
        assert_eq!(leased.letters.len(), ids.len());
        let delivered = Outcome::Delivered { day: self.today() };
        self.store().settle(ids, delivered).await.unwrap();
    }
}

/// The names of the letters that a service is to try.
pub(crate) async fn queued(store: &Store) -> Vec<Id> {
    let mut ids = Vec::new();
    let add = |letter: Queued| ids.push(letter.id);
    store.each_queued(add).await.unwrap();
    ids
}

/// Another service with the database that the configuration names.
pub(crate) async fn open(loaded: &Loaded, max_waiting: u64) -> Store {
    let capacity = Capacity {
        max_waiting,
        min_free_mib: 0,
    };
    let place = Place::of(&loaded.config.store).unwrap();
    Store::open(&place, capacity).await.unwrap()
}

fn intake(loaded: Arc<Loaded>, store: Store, clock: Arc<FixedClock>) -> Intake {
    // Nobody delivers here: letters stay where a test can see them.
    let (wake, _) = tokio::sync::mpsc::unbounded_channel();
    let entropy = Arc::new(Entropy::from_system());
    let spool = Arc::new(Spool::new(
        &loaded.config.store.spool,
        128,
        0,
        entropy.clone(),
    ));
    Intake {
        loaded,
        forms: FormKeys::new(),
        store,
        entropy,
        photographs: Photographs::new(spool, clock.clone()),
        clock,
        wake,
        tally: Tally::default(),
    }
}

fn filled(fields: &[(&str, &str)]) -> RawForm {
    let mut form = RawForm::default();
    for (name, text) in fields {
        form.set((*name).to_owned(), Zeroizing::new((*text).to_owned()));
    }
    form
}
