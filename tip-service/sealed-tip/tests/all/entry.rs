//! What lies in a mailbox, and who can read it.

use sealed_tip::{Author, Entry, EntryError, Receipt, Text, seal_entry};

use crate::desk::rng;
use crate::receipt::{hex, unhex};

/// Receipt bits, shred key, sealed entry.
const VECTORS: &str = include_str!("../vectors/entry.txt");
const SHRED: [u8; 32] = [9; 32];
/// Key in front and tag behind.
const AROUND: usize = 48;

fn receipt(n: u8) -> Receipt {
    Receipt::from_entropy([n; 16])
}

fn question(text: &str) -> Entry {
    Entry {
        author: Author::Unit {
            name: "东丰县公安局禁毒大队".into(),
            fingerprint: "0123456789ABCDEF0123456789ABCDEF01234567".into(),
        },
        verb: "ask".into(),
        text: Text::block(text),
        day: 20_781,
    }
}

fn sealed(entry: &Entry) -> Vec<u8> {
    let public = receipt(1).mailbox_public();
    let sealed = seal_entry(entry, &public, &SHRED, &mut rng(1)).unwrap();
    sealed.as_bytes().to_vec()
}

fn assert_same(a: &Entry, b: &Entry) {
    assert!(a.author == b.author);
    assert_eq!(
        (&a.verb, a.text.as_str(), a.day),
        (&b.verb, b.text.as_str(), b.day)
    );
}

#[test]
fn entries_sealed_by_other_code_open_here() {
    let expected = [
        question("“红砖房”在路的哪一侧？\n请补充。"),
        Entry {
            author: Author::Holder,
            verb: "reply".into(),
            text: Text::block("路西。"),
            day: 0,
        },
    ];
    let lines = VECTORS.lines().filter(|l| !l.starts_with('#'));
    let mut seen = 0;
    for (line, expected) in lines.zip(&expected) {
        let fields: Vec<&str> = line.split(' ').collect();
        let key = Receipt::from_entropy(unhex(fields[0])).mailbox_key();
        let sealed = unhex::<{ 1024 + AROUND }>(fields[2]);
        let entry = key.open(&sealed, &unhex(fields[1])).unwrap();
        assert_same(&entry, expected);
        assert_eq!(hex(&sealed), fields[2]);
        seen += 1;
    }
    assert_eq!(seen, 2);
}

#[test]
fn the_holder_of_the_receipt_reads_what_was_sealed() {
    let long = "字\"\\\n".repeat(3_000);
    for text in ["", "你好", "a\nb\n\nc", &long] {
        for author in [Author::Holder, question("").author] {
            let mut entry = question(text);
            entry.author = author;
            let opened = receipt(1).mailbox_key().open(&sealed(&entry), &SHRED);
            assert_same(&opened.unwrap(), &entry);
        }
    }
}

#[test]
fn another_receipt_or_another_shred_key_reads_nothing() {
    let sealed = sealed(&question("秘密"));
    assert!(receipt(1).mailbox_key().open(&sealed, &SHRED).is_ok());
    let error = |n, shred| receipt(n).mailbox_key().open(&sealed, &shred).err();
    assert_eq!(error(2, SHRED), Some(EntryError::Closed));
    assert_eq!(error(1, [0; 32]), Some(EntryError::Closed));
    let mut near = SHRED;
    near[31] ^= 1;
    assert_eq!(error(1, near), Some(EntryError::Closed));
}

#[test]
fn an_entry_with_any_byte_flipped_cut_or_added_does_not_open() {
    let sealed = sealed(&question("秘密"));
    let key = receipt(1).mailbox_key();
    let places = (0..64)
        .chain((64..sealed.len()).step_by(37))
        .chain(sealed.len() - 20..sealed.len());
    for place in places {
        // The top bit of an X25519 key is ignored (RFC 7748), and bound by the key schedule.
        for bit in [1, 0x80] {
            let mut bent = sealed.clone();
            bent[place] ^= bit;
            assert_eq!(
                key.open(&bent, &SHRED).err(),
                Some(EntryError::Closed),
                "{place}"
            );
        }
    }
    for end in [0, 1, 31, 32, 47, 48, 49, sealed.len() - 1] {
        assert_eq!(
            key.open(&sealed[..end], &SHRED).err(),
            Some(EntryError::Closed)
        );
    }
    let longer = [&sealed[..], b" "].concat();
    assert_eq!(key.open(&longer, &SHRED).err(), Some(EntryError::Closed));
    assert_eq!(key.open(&[0; 1072], &SHRED).err(), Some(EntryError::Closed));
    let huge = vec![1; 3 << 20];
    assert_eq!(key.open(&huge, &SHRED).err(), Some(EntryError::Closed));
}

#[test]
fn the_length_of_an_entry_tells_its_bucket_only() {
    let length = |chars: usize| sealed(&question(&"字".repeat(chars))).len() - AROUND;
    assert_eq!([length(0), length(1), length(250)], [1024; 3]);
    assert_eq!([length(400), length(1_200)], [4096; 2]);
    assert_eq!([length(2_000), length(20_000)], [16_384, 65_536]);
    let holder = Entry {
        author: Author::Holder,
        verb: "reply".into(),
        text: Text::block("x"),
        day: 1,
    };
    assert_eq!(sealed(&holder).len() - AROUND, 1024);
    for chars in 0..500 {
        let length = length(chars);
        assert!(length == 1024 || length == 4096, "{length}");
    }
}

#[test]
fn an_entry_is_sealed_afresh_each_time_and_shows_nothing() {
    let entry = question("后山沟里有人种罂粟");
    let public = receipt(1).mailbox_public();
    let seal = |seed| seal_entry(&entry, &public, &SHRED, &mut rng(seed)).unwrap();
    let (a, b) = (seal(1), seal(2));
    assert_ne!(a.as_bytes(), b.as_bytes());
    assert_ne!(
        a.as_bytes()[..32],
        b.as_bytes()[..32],
        "another ephemeral key"
    );
    let held = |needle: &[u8]| a.as_bytes().windows(needle.len()).any(|w| w == needle);
    assert!(!held("罂粟".as_bytes()) && !held(b"ask") && !held(&[b' '; 8]));
}

#[test]
fn what_cannot_be_sealed_is_refused() {
    let public = receipt(1).mailbox_public();
    let big = question(&"字".repeat(400_000));
    let sealed = |entry, public| seal_entry(entry, public, &SHRED, &mut rng(1)).err();
    // Version, quotes, keys, names: all that is not the text.
    let around = {
        let length = |chars: usize| question(&"x".repeat(chars));
        let fits = |chars: &usize| self::sealed(&length(*chars)).len() == 1024 + AROUND;
        1024 - (0..1024).take_while(fits).last().unwrap()
    };
    let most = (1 << 20) - around;
    let full = self::sealed(&question(&"x".repeat(most)));
    assert_eq!(full.len(), (1 << 20) + AROUND);
    assert!(receipt(1).mailbox_key().open(&full, &SHRED).is_ok());
    let over = question(&"x".repeat(most + 1));
    assert_eq!(sealed(&over, &public), Some(EntryError::TooLarge));
    assert_eq!(sealed(&big, &public), Some(EntryError::TooLarge));
    assert_eq!(sealed(&question("x"), &[0; 32]), Some(EntryError::Key));
}
