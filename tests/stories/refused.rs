//! Mails that are no unit's word: each is refused with the exit code of sysexits, in words that say
//! how to do it right, and nothing of it is stored.

use e2e::database::Database;
use e2e::dialogue::{self, Tip, tip_at_dongfeng};
use e2e::form::{Form, shown_receipt};
use e2e::gpg::Keyring;
use e2e::install::Install;
use e2e::officer::{Draft, Officer, quoted};
use e2e::pipe::receive;

/// EX_DATAERR.
pub(crate) const REFUSED: Option<i32> = Some(65);

/// Fails unless the mail is refused in these words, and every table is as before.
pub(crate) fn assert_refused(install: &Install, what: &str, mail: &[u8], why: &str) {
    let before = Database::of(install).dump();
    let verdict = receive(install, mail);
    assert_eq!(verdict.code, REFUSED, "{what}: {}", verdict.said);
    let (code, words) = verdict.said.split_once(' ').unwrap_or_default();
    let digits: Vec<&str> = code.split('.').collect();
    assert!(
        digits.len() == 3 && digits[0] == "5",
        "{what}: no enhanced status code in {}",
        verdict.said
    );
    assert!(words.starts_with("没有处理："), "{what}: {words}");
    assert!(words.contains(why), "{what}: not {why:?} but {words}");
    assert_eq!(words.lines().count(), 1, "{what}: a bounce is one line");
    assert!(words.contains("Not processed:"), "{what}: {words}");
    assert_eq!(Database::of(install).dump(), before, "{what}: stored");
}

/// Fails unless the mail is taken.
pub(crate) fn assert_taken(install: &Install, what: &str, mail: &[u8]) {
    let verdict = receive(install, mail);
    assert_eq!(verdict.code, Some(0), "{what}: {}", verdict.said);
}

/// A key made by GnuPG years ago, and an installation where it is the certificate of 东丰县.
fn with_own_key(like: [&str; 3]) -> (Install, Keyring, String) {
    let (install, ring) = (Install::new(), Keyring::new());
    let key = ring.make_key("zhang", "20230101T000000", like, &[]);
    publish(&install, &ring, &key);
    (install, ring, key)
}

fn publish(install: &Install, ring: &Keyring, key: &str) {
    std::fs::write(install.path("keys/dongfeng.cert.asc"), ring.export(key)).expect("written");
}

/// The moment so many days ago, as GnuPG takes it.
fn days_ago(days: u32) -> String {
    let when = format!("{days} days ago");
    let said = e2e::machine::run(std::process::Command::new("date").args([
        "-u",
        "-d",
        &when,
        "+%Y%m%dT%H%M%S",
    ]));
    e2e::machine::words(&said).trim().to_string()
}

#[test]
fn what_is_not_signed_or_not_encrypted_is_refused() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "没签名的回信");
    let reply = officer.reply(&tip.letter).says("受理");
    let refuse = |what, mail: &[u8], why| assert_refused(&install, what, mail, why);
    refuse("plain", &reply.plain("受理"), "没有 OpenPGP 签名");
    refuse("encrypted only", &reply.encrypted_only(), "没有签名");
    refuse("signed only", &reply.signed_only(), "没有加密");
    refuse("clear-signed", &reply.inline_signed("受理"), "没有加密");
    let mut elsewhere = Officer::of(&install, "dongfeng");
    elsewhere.service = install.path("keys/city.cert.asc");
    let reply = elsewhere.reply(&tip.letter).says("受理");
    refuse(
        "encrypted to somebody else",
        &reply.sealed(),
        "不是用举报服务的公钥加密的",
    );
}

#[test]
fn a_strangers_signature_and_another_units_are_refused() {
    let install = Install::new();
    let (_, tip) = tip_at_dongfeng(&install, "外人的签名");
    let why = "不是现在负责这条线索的单位登记的钥匙";
    let ring = Keyring::new();
    ring.make_key(
        "stranger",
        "20230101T000000",
        ["default", "default", "0"],
        &[],
    );
    let stranger = Officer::with(&install, "dongfeng", ring);
    let neighbour = Officer::of(&install, "city");
    for (what, officer) in [("a stranger", stranger), ("another unit", neighbour)] {
        let reply = officer.reply(&tip.letter).says("受理");
        assert_refused(&install, what, &reply.sealed(), why);
        assert_refused(&install, what, &reply.signed_then_encrypted(), why);
        assert_refused(&install, what, &reply.inline_sealed("受理"), why);
    }
}

#[test]
fn signatures_too_old_from_the_future_or_by_a_broken_hash_are_refused() {
    let (install, ring, _) = with_own_key(["default", "default", "0"]);
    let mut service = install.start();
    let officer = Officer::with(&install, "dongfeng", ring);
    let maildir = install.path("mail/dongfeng");
    let tip = Tip::file(&service, &officer, &maildir, "签名的日子不对");
    dialogue::assert_settled(&install);
    service.stop();
    let reply = || officer.reply(&tip.letter).says("受理");
    let refuse = |what, draft: Draft<'_>, why| assert_refused(&install, what, &draft.sealed(), why);
    refuse("old", reply().at(&days_ago(90)), "很久以前");
    let tomorrow = e2e::machine::run(std::process::Command::new("date").args([
        "-u",
        "-d",
        "2 days",
        "+%Y%m%dT%H%M%S",
    ]));
    let tomorrow = e2e::machine::words(&tomorrow).trim().to_string();
    refuse("from the future", reply().at(&tomorrow), "签名的日期在将来");
    refuse(
        "SHA-1",
        reply().option("--digest-algo").option("SHA1"),
        "算法太旧",
    );
    assert_taken(&install, "by a good hash", &reply().sealed());
}

#[test]
fn an_expired_key_is_refused_by_name_and_closes_the_form_but_not_the_service() {
    let (install, ring, key) = with_own_key(["default", "default", "0"]);
    a_key_that_lapses(&install, ring, &key, |ring| {
        let then = days_ago(9);
        ring.must(&[
            "--faked-system-time",
            &then,
            "--passphrase",
            "",
            "--pinentry-mode",
            "loopback",
            "--quick-set-expire",
            &key,
            "2d",
        ]);
    });
}

#[test]
fn a_revoked_key_is_refused_by_name_and_closes_the_form_but_not_the_service() {
    let (install, ring, key) = with_own_key(["default", "default", "0"]);
    a_key_that_lapses(&install, ring, &key, |ring| {
        let name = format!("openpgp-revocs.d/{key}.rev");
        let prepared = std::fs::read_to_string(ring.path(&name)).expect("GnuPG prepares one");
        let usable = prepared.replace(":-----BEGIN", "-----BEGIN");
        std::fs::write(ring.path("rev.asc"), usable).expect("written");
        ring.import(&ring.path("rev.asc"));
    });
}

fn a_key_that_lapses(install: &Install, ring: Keyring, key: &str, lapse: impl FnOnce(&Keyring)) {
    let mut service = install.start();
    let officer = Officer::with(install, "dongfeng", ring);
    let maildir = install.path("mail/dongfeng");
    let tip = Tip::file(&service, &officer, &maildir, "钥匙失效以前");
    dialogue::assert_settled(install);
    // Signed while the key was good; come in after it was not.
    let mail = officer
        .reply(&tip.letter)
        .says("受理")
        .at(&days_ago(8))
        .sealed();
    lapse(&officer.ring);
    publish(install, &officer.ring, key);
    service.restart();
    assert_refused(install, "a lapsed key", &mail, "过期");
    let mut visitor = service.visitor();
    let page = dialogue::mailbox(&mut visitor, &tip.receipt);
    assert!(page.has_text(dialogue::STAGE, "已送达"), "{}", page.body());
    let closed = Form::fetch(&mut visitor)
        .poppies("关了吗")
        .send(&mut visitor);
    assert_eq!(closed.status, 503, "{}", closed.page().body());
    let other = Form::fetch(&mut visitor)
        .text("what", "别处")
        .text("county", "220403");
    assert!(shown_receipt(&other.send(&mut visitor)).is_some());
}

#[test]
fn a_reply_counts_once_however_it_is_wrapped() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "重放");
    let draft = officer.reply(&tip.letter).says("询问：花开了吗？");
    let payload = draft.payload();
    let mail = draft.wrap(&payload);
    assert_taken(&install, "the first time", &mail);
    assert_refused(&install, "the same file", &mail, "先前已经处理过");
    let rewrapped = officer
        .reply(&tip.letter)
        .header("Subject", "Something else")
        .header("From", "<li@units.example.invalid>")
        .wrap(&payload);
    assert_refused(&install, "under new headers", &rewrapped, "先前已经处理过");
    let armour = String::from_utf8(payload).expect("ASCII");
    let inline = officer
        .reply(&tip.letter)
        .mail("text/plain", armour.replace('\n', "\r\n").as_bytes());
    assert_refused(&install, "inline now", &inline, "先前已经处理过");
    assert_eq!(Database::of(&install).count("entry"), 1);
}

/// The reply address stands outside the signature. What binds a reply to its tip is the number in the
/// signed words: the quote brings it, and so does the subject of the letter's own links. A bare
/// command without either could be turned to another open tip of the same unit by somebody who stops
/// the mail on its way; to that tip it then says what its officer signed, and nothing of a tip leaks.
#[test]
fn a_reply_turned_to_another_tips_address_is_refused_by_the_number_in_it() {
    let install = Install::new();
    let mut service = install.start();
    let officer = Officer::of(&install, "dongfeng");
    let maildir = install.path("mail/dongfeng");
    let [one, two] = ["第一条，在东边", "第二条，在西边"]
        .map(|what| Tip::file(&service, &officer, &maildir, what));
    dialogue::assert_settled(&install);
    service.stop();
    let why = "是另一条线索的";
    let quoting = format!("受理\n\n{}", quoted(&one.opened.text));
    let turned = officer.reply(&two.letter).says(&quoting);
    assert_refused(&install, "by the quote", &turned.sealed(), why);
    let subject = format!("Re: 【线索】 · {}", one.reference());
    let words = e2e::officer::text_part("text/plain; charset=UTF-8", "受理".as_bytes());
    let entity = e2e::officer::protected(&subject, &words);
    let turned = officer.reply(&two.letter).entity(&entity);
    assert_refused(&install, "by the protected subject", &turned.sealed(), why);
    assert_taken(
        &install,
        "at its own",
        &officer.reply(&one.letter).says(&quoting).sealed(),
    );
}

#[test]
fn addresses_of_nothing_and_of_what_has_ended_are_refused() {
    let install = Install::new();
    let service = install.start();
    let officer = Officer::of(&install, "dongfeng");
    let maildir = install.path("mail/dongfeng");
    let [deleted, ended, closed] =
        ["删掉的", "到期的", "办结的"].map(|what| Tip::file(&service, &officer, &maildir, what));
    dialogue::assert_settled(&install);
    let gone = "这个回复地址不存在";
    let never = format!(
        "reply+{}@tips.example.invalid",
        "0123456789abcdef".repeat(2)
    );
    let unknown = officer.write(&never).says("受理");
    assert_refused(&install, "an unknown token", &unknown.sealed(), gone);
    let none = officer.write("tips@tips.example.invalid").says("受理");
    assert_refused(&install, "no token", &none.sealed(), "收件地址不对");
    dialogue::delete(&mut service.visitor(), &deleted.receipt);
    let reply = officer.reply(&deleted.letter).says("受理");
    assert_refused(&install, "a deleted mailbox", &reply.sealed(), gone);
    end_mailbox(&install, &ended);
    let reply = officer.reply(&ended.letter).says("受理");
    assert_refused(&install, "an ended mailbox", &reply.sealed(), gone);
    let close = officer.reply(&closed.letter).says("办结：已铲除。");
    assert_taken(&install, "the outcome", &close.sealed());
    let reply = officer.reply(&closed.letter).says("询问：还在吗？");
    assert_refused(&install, "a closed tip", &reply.sealed(), "已经办结");
}

/// Lets a mailbox's last day be long ago and purges.
fn end_mailbox(install: &Install, tip: &Tip) {
    let thread = tip.letter.header("Reply-To").expect("a reply address");
    let token = thread.split(['+', '@']).nth(1).expect("a token");
    Database::of(install).run(&format!(
        "UPDATE mailbox SET ends_day = 1 WHERE id = (SELECT mailbox_id FROM thread WHERE hex(id) = upper('{token}'))"
    ));
    install.run_well(&["purge"], &[]);
}
