//! The receiving desk on the day of the mails, with their keys and the thread that they are about.

use std::fs;
use std::path::{Path, PathBuf};
use std::sync::atomic::{AtomicUsize, Ordering};

use sealed_tip::{Author, Cover, Note, Receipt, SecretCert, UnitCert, open_reply, seal_note};
use tip_service::clock;
use tip_service::config::Loaded;
use tip_service::correspondence::body::to_crlf;
use tip_service::correspondence::openpgp::{Shape, shape};
use tip_service::correspondence::{Desk, Failure, Received, Refusal};
use tip_service::entropy::Entropy;
use tip_service::id::Id;
use tip_service::store::{
    Capacity, Class, EntryRow, Mailbox, NewLetter, Place, Store, Submission, Submitted,
};

use crate::house::{DEV, House};

/// 2026-11-24 14:10 UTC, after the last of them.
const NOW: u64 = 1_795_529_400;
const THREAD: Id = [
    0x00, 0x11, 0x22, 0x33, 0x44, 0x55, 0x66, 0x77, 0x88, 0x99, 0xaa, 0xbb, 0xcc, 0xdd, 0xee, 0xff,
];
/// LY-E8C7A4A3C2.
const MAILBOX: Id = [
    0xe8, 0xc7, 0xa4, 0xa3, 0xc2, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 1,
];
const SHRED_KEY: [u8; 32] = [5; 32];
const UNITS: &str = "config/units.toml";

fn folder() -> PathBuf {
    Path::new(env!("CARGO_MANIFEST_DIR")).join("tests/thunderbird")
}

fn key(name: &str) -> String {
    fs::read_to_string(folder().join("keys").join(name)).unwrap()
}

/// The names of all mails, in order.
pub(crate) fn mails() -> Vec<String> {
    let mut names: Vec<String> = fs::read_dir(folder())
        .unwrap()
        .map(|entry| entry.unwrap().file_name().into_string().unwrap())
        .filter(|name| name.ends_with(".eml"))
        .collect();
    names.sort();
    names
}

/// The mail whose name begins so.
pub(crate) fn mail(begin: &str) -> Vec<u8> {
    let name = mails().into_iter().find(|name| name.starts_with(begin));
    fs::read(folder().join(name.unwrap())).unwrap()
}

fn certificate(rsa: bool) -> String {
    key(if rsa {
        "dongfeng-rsa3072.cert.asc"
    } else {
        "dongfeng.cert.asc"
    })
}

/// Of the key that the officer signs with: the demonstration's, or the one that Thunderbird made.
pub(crate) fn fingerprint(rsa: bool) -> String {
    UnitCert::parse(&certificate(rsa), NOW)
        .unwrap()
        .fingerprint()
}

/// What the encrypted part of a mail holds.
pub(crate) fn opened(mail: &[u8]) -> String {
    let Ok(Shape::Encrypted(message)) = shape(&to_crlf(mail)) else {
        panic!("not encrypted");
    };
    let service = SecretCert::parse(&key("service.secret.asc")).unwrap();
    let opened = open_reply(&message, &service, &[], NOW).unwrap();
    String::from_utf8(opened.content.to_vec()).unwrap()
}

/// The lines of the letter that the mails quote, as the one without OpenPGP has them.
pub(crate) fn quoted_letter() -> Vec<String> {
    let mail = String::from_utf8(mail("18")).unwrap();
    mail.lines()
        .filter_map(|line| line.strip_prefix('>'))
        .map(|line| line.trim().to_owned())
        .filter(|line| !line.is_empty())
        .collect()
}

/// What lies in the mailbox.
pub(crate) struct Lying {
    pub(crate) verb: String,
    pub(crate) text: String,
    pub(crate) fingerprint: String,
}

/// Configuration and keys of the demonstration; each mail comes to a store of its own.
pub(crate) struct Office {
    house: House,
    loaded: Loaded,
    key: SecretCert,
    receipt: Receipt,
    stores: AtomicUsize,
}

impl Office {
    pub(crate) fn new(unencrypted_replies: bool) -> Self {
        let house = House::new();
        house.write("var/keys/dongfeng.cert.asc", &certificate(false));
        house.write("var/keys/dongfeng-rsa3072.cert.asc", &certificate(true));
        house.write("var/keys/service.cert.asc", &key("service.cert.asc"));
        house.replace(
            UNITS,
            "certs = [\"dongfeng.cert.asc\"]\n",
            &format!(
                "certs = [\"dongfeng.cert.asc\", \"dongfeng-rsa3072.cert.asc\"]\n\
                 unencrypted_replies = {unencrypted_replies}\n"
            ),
        );
        let loaded = tip_service::config::load(&house.path(DEV), NOW).unwrap();
        Self {
            house,
            loaded,
            key: SecretCert::parse(&key("service.secret.asc")).unwrap(),
            receipt: Receipt::from_entropy([7; 16]),
            stores: AtomicUsize::new(0),
        }
    }

    /// Takes the mail, which must succeed, and opens what it left with the receipt.
    pub(crate) async fn stored(&self, begin: &str) -> Lying {
        let store = self.store().await;
        let received = self.receive(&store, begin).await;
        assert!(
            matches!(received, Ok(Received::Stored)),
            "{begin}: {received:?}"
        );
        let entries = self.entries(&store).await;
        let [only] = entries.as_slice() else {
            panic!("{begin}: {} entries", entries.len());
        };
        let key = self.receipt.mailbox_key();
        let entry = key.open(&only.sealed, &SHRED_KEY).unwrap();
        let Author::Unit { fingerprint, .. } = entry.author else {
            panic!("{begin}: the holder's");
        };
        Lying {
            verb: entry.verb,
            text: entry.text.as_str().to_owned(),
            fingerprint,
        }
    }

    /// Takes the mail, which must be refused and leave nothing.
    pub(crate) async fn refused(&self, begin: &str) -> Refusal {
        let store = self.store().await;
        let refusal = refusal(begin, self.receive(&store, begin).await);
        assert!(self.entries(&store).await.is_empty(), "{begin}");
        refusal
    }

    /// Takes the mail twice; the second time must be refused.
    pub(crate) async fn twice(&self, begin: &str) -> Refusal {
        let store = self.store().await;
        self.receive(&store, begin).await.unwrap();
        let refusal = refusal(begin, self.receive(&store, begin).await);
        assert_eq!(self.entries(&store).await.len(), 1);
        refusal
    }

    async fn receive(&self, store: &Store, begin: &str) -> Result<Received, Failure> {
        let desk = Desk {
            loaded: &self.loaded,
            store,
            key: &self.key,
            entropy: &Entropy::from_seed([3; 32]),
            now: NOW,
        };
        desk.receive(&mail(begin), None).await
    }

    async fn entries(&self, store: &Store) -> Vec<EntryRow> {
        let mailbox = store.mailbox(&self.receipt.lookup_hash()).await.unwrap();
        mailbox.unwrap().entries
    }

    /// A new store with the mailbox and the thread in it.
    async fn store(&self) -> Store {
        let number = self.stores.fetch_add(1, Ordering::Relaxed);
        let path = self.house.path(&format!("var/{number}.sqlite3"));
        let capacity = Capacity {
            max_waiting: 10,
            min_free_mib: 0,
        };
        let store = Store::open(&Place::Sqlite(path), capacity).await.unwrap();
        let done = store.submit(self.submission()).await.unwrap();
        assert_eq!(done, Submitted::Stored);
        store
    }

    fn submission(&self) -> Submission {
        let day = clock::day(NOW);
        let unit = self.loaded.register.unit("dongfeng").unwrap();
        let certs: Vec<&UnitCert> = unit.certs.iter().collect();
        let cover = Cover {
            reference: "LY-E8C7A4A3C2",
            reply: None,
        };
        // What the letter says is of no matter here: the mails quote the one that they answer.
        let note = Note::Incoming { from: &unit.name };
        let mut rng = Entropy::from_seed([4; 32]).fork();
        let sealed = seal_note(&note, &cover, &certs, NOW, &mut rng).unwrap();
        Submission {
            form_hash: [1; 32],
            content_hash: [2; 32],
            words_hash: [2; 32],
            mailbox: Mailbox::New {
                mailbox_id: MAILBOX,
                lookup_hash: self.receipt.lookup_hash(),
                public_key: self.receipt.mailbox_public(),
                shred_key: SHRED_KEY,
                ends_day: day + 90,
            },
            class: Class::Prompt,
            waited: false,
            letters: vec![NewLetter {
                id: [9; 16],
                unit_id: unit.id.clone(),
                thread_id: Some(THREAD),
                begins_thread: true,
                sealed,
            }],
            day,
            form_ends_day: day + 2,
        }
    }
}

fn refusal(begin: &str, received: Result<Received, Failure>) -> Refusal {
    match received {
        Err(Failure::Refused(refusal)) => refusal,
        other => panic!("{begin}: {other:?}"),
    }
}
