//! Encryption that fails and plaintext that goes out instead: elsewhere a time-out in the browser did it. Here sealing is the only
//! way into the outbox; whatever waits or leaves, of every sort of letter, is an OpenPGP message without plaintext packets.

use e2e::database::Database;
use e2e::dialogue::{self, Tip, write_back};
use e2e::gpg::Keyring;
use e2e::install::Install;
use e2e::letter::Letter;
use e2e::officer::Officer;

use crate::refused::assert_taken;

#[test]
fn of_every_sort_of_letter_nothing_waits_or_leaves_but_encrypted_packets() {
    let install = Install::new()
        .with("triage.daily_digest", true)
        .with("triage.digest_hour", 0);
    let service = install.start();
    let officer = Officer::of(&install, "dongfeng");
    let tip = Tip::file(
        &service,
        &officer,
        &install.path("mail/dongfeng"),
        "每一种信",
    );
    assert_taken(
        &install,
        "ask",
        &officer.reply(&tip.letter).says("询问：何时？").sealed(),
    );
    write_back(&mut service.visitor(), &tip.receipt, "昨天。");
    assert_taken(
        &install,
        "forward",
        &officer.reply(&tip.letter).says("转办：city").sealed(),
    );
    dialogue::assert_settled(&install);
    let nobody = Keyring::new();
    let stored = Database::of(&install).run("SELECT sealed FROM outbox WHERE length(sealed) > 0");
    let stored: Vec<Vec<u8>> = stored.lines().map(unhex).collect();
    assert!(
        stored.len() >= 4,
        "tip, answer, two notices: {}",
        stored.len()
    );
    for message in &stored {
        assert_encrypted(&nobody, message, "in the outbox");
    }
    let mut left = install.letters("dongfeng");
    left.extend(install.letters("city"));
    assert!(left.len() >= 4, "{left:?}");
    for path in left {
        assert_encrypted(&nobody, &Letter::read(&path).payload(), "in a mailbox");
    }
    assert!(
        plain_packets(&nobody.packets(&store_in_plain(&nobody))),
        "the check would not see plaintext"
    );
}

fn unhex(hex: &str) -> Vec<u8> {
    let digits = hex.as_bytes().chunks(2);
    let byte = |pair: &[u8]| u8::from_str_radix(std::str::from_utf8(pair).expect("hex"), 16);
    digits.map(|pair| byte(pair).expect("hex")).collect()
}

fn assert_encrypted(ring: &Keyring, message: &[u8], place: &str) {
    let packets = ring.packets(message);
    assert!(
        packets.contains(":pubkey enc packet:"),
        "{place}: {packets}"
    );
    assert!(
        packets.contains(":encrypted data packet:"),
        "{place}: {packets}"
    );
    assert!(!plain_packets(&packets), "{place}: {packets}");
}

fn plain_packets(packets: &str) -> bool {
    [
        ":literal data packet",
        ":compressed packet",
        ":onepass_sig packet",
    ]
    .iter()
    .any(|kind| packets.contains(kind))
}

/// What a message looks like when encryption was left out.
fn store_in_plain(ring: &Keyring) -> Vec<u8> {
    ring.gpg(&["--store"], "没有加密".as_bytes()).stdout
}
