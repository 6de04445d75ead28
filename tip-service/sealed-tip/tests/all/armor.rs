//! Armour as GnuPG reads it, which takes one without a checksum apart wrongly at every third length.

use sealed_tip::{SecretCert, UnitCert, armor, open};

use crate::desk::sealed;
use crate::gpg::{Gpg, NOW, TODAY};
use crate::tips::bare;

#[test]
fn gpg_and_we_open_what_was_armoured_whatever_its_length() {
    let gpg = Gpg::new();
    let fingerprint = gpg.unit(TODAY, "unit", "never");
    let secret = SecretCert::parse(&gpg.export_secret(&fingerprint)).unwrap();
    let mut rests = [0; 48];
    for length in 1100..1148 {
        let words = vec![b'x'; length];
        let sealing = ["--compress-algo", "none", "-e", "-r", &fingerprint];
        let message = gpg.run(TODAY, &sealing, &words);
        let armoured = armor(&message);
        assert_eq!(gpg.decrypt(&armoured), words, "{} octets", message.len());
        for read in [&armoured, &without_checksum(&armoured)] {
            assert_eq!(open(read, &[&secret]).unwrap().to_vec(), words);
        }
        rests[message.len() % 48] += 1;
    }
    assert_eq!(rests, [1; 48], "each length that a line can end at");
}

/// As newer programs write it.
fn without_checksum(armoured: &[u8]) -> Vec<u8> {
    let text = String::from_utf8(armoured.to_vec()).unwrap();
    let lines = text
        .split_inclusive('\n')
        .filter(|line| !line.starts_with('='));
    lines.collect::<String>().into_bytes()
}

#[test]
fn the_last_line_is_the_checksum_that_gpg_writes() {
    let gpg = Gpg::new();
    let message = b"a few octets that mean nothing".repeat(7);
    let theirs = String::from_utf8(gpg.run(TODAY, &["--enarmor"], &message)).unwrap();
    let ours = String::from_utf8(armor(&message)).unwrap();
    let body = |text: &str| -> Vec<String> {
        let lines = text.lines().map(str::trim_end);
        let lines = lines.skip_while(|line| !line.is_empty());
        lines
            .take_while(|line| !line.starts_with('-'))
            .map(String::from)
            .collect()
    };
    assert_eq!(body(&ours), body(&theirs));
    assert!(ours.lines().rev().nth(1).unwrap().starts_with('='));
}

#[test]
fn gpg_opens_a_letter_of_every_size_that_letters_have() {
    let gpg = Gpg::new();
    let fingerprint = gpg.unit(TODAY, "unit", "1y");
    let cert = UnitCert::parse(&gpg.export(&[&fingerprint]), NOW).unwrap();
    for (characters, bucket) in [
        (1, 8 << 10),
        (2_000, 32 << 10),
        (12_000, 128 << 10),
        (25_000, 512 << 10),
        (100_000, 2 << 20),
        (400_000, 4 << 20),
    ] {
        let letter = sealed(&bare(&"字".repeat(characters)), &[&cert]);
        let entity = gpg.decrypt(&armor(letter.message()));
        assert_eq!(entity.len(), bucket, "{characters} characters");
    }
}
