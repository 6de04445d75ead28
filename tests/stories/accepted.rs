//! Every honest form of a reply is taken: the ways mail programs sign and encrypt, the commands in both
//! languages; and signed mails in the clear where a unit's policy allows them.

use e2e::database::Database;
use e2e::dialogue::{STAGE, mailbox, tip_at_dongfeng};
use e2e::install::Install;
use e2e::machine::repository;

use crate::refused::{assert_refused, assert_taken};

/// An installation where 东丰县 may answer without encryption.
fn lenient() -> Install {
    let install = Install::new();
    let units = std::fs::read_to_string(repository().join("config/units.toml")).expect("units");
    let mut register: toml::Table = units.parse().expect("TOML");
    let all = register["unit"].as_array_mut().expect("units");
    for unit in all.iter_mut().filter_map(toml::Value::as_table_mut) {
        let own = unit["id"].as_str() == Some("dongfeng");
        unit.insert("unencrypted_replies".into(), own.into());
    }
    std::fs::write(install.path("units.toml"), register.to_string()).expect("written");
    install.with("registers.units", "units.toml")
}

#[test]
fn signed_and_encrypted_in_any_of_the_three_ways_a_reply_is_taken() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "三种写法");
    let reply = |words: &str| officer.reply(&tip.letter).says(words);
    assert_taken(&install, "PGP/MIME", &reply("答复：一").sealed());
    let nested = reply("答复：二").signed_then_encrypted();
    assert_taken(&install, "multipart/signed inside", &nested);
    let inline = officer.reply(&tip.letter).inline_sealed("答复：三\n");
    assert_taken(&install, "inline", &inline);
    let with_crlf = String::from_utf8(reply("答复：四").sealed()).expect("ASCII");
    let with_lf = with_crlf.replace("\r\n", "\n");
    assert_taken(&install, "as a pipe hands it on", with_lf.as_bytes());
    let long_ago = reply("答复：五").header("Date", "Mon, 1 Jan 2001 00:00:00 +0000");
    assert_taken(&install, "by a clock nobody set", &long_ago.sealed());
    let service = install.start();
    let page = mailbox(&mut service.visitor(), &tip.receipt);
    let said = page.text(".talk").unwrap_or_default();
    for words in ["一", "二", "三", "四", "五"] {
        assert!(
            said.contains(&format!("{words} 由")),
            "{words} is not in {said}"
        );
    }
}

#[test]
fn a_unit_may_answer_in_the_clear_where_its_policy_says_so_but_never_unsigned() {
    let install = lenient();
    let (officer, tip) = tip_at_dongfeng(&install, "明文也行");
    let reply = |words: &str| officer.reply(&tip.letter).says(words);
    assert_taken(
        &install,
        "multipart/signed",
        &reply("答复：一").signed_only(),
    );
    let inline = officer
        .reply(&tip.letter)
        .inline_signed("答复：二\n- 横线开头\n");
    assert_taken(&install, "clear-signed", &inline);
    assert_taken(&install, "sealed all the same", &reply("答复：三").sealed());
    let unsigned = reply("答复：四");
    assert_refused(
        &install,
        "plain",
        &unsigned.plain("答复：四"),
        "没有 OpenPGP 签名",
    );
    assert_refused(
        &install,
        "encrypted only",
        &unsigned.encrypted_only(),
        "没有签名",
    );
    let bent = String::from_utf8(inline)
        .expect("UTF-8")
        .replace("答复：二", "答复：三");
    assert_refused(
        &install,
        "changed on its way",
        bent.as_bytes(),
        "签名和内容对不上",
    );
    let detached = reply("答复：五").signed_only();
    let bent = String::from_utf8(detached)
        .expect("ASCII")
        .replace("562U5aSN", "6K+i6Zeu");
    assert_refused(
        &install,
        "changed on its way",
        bent.as_bytes(),
        "签名和内容对不上",
    );
}

#[test]
fn commands_are_understood_in_both_languages_with_either_colon() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "两种语言");
    let service = install.start();
    let mut visitor = service.visitor();
    for (number, (words, stage)) in [
        ("受理", "已受理"),
        ("询问：几月？", "待您补充"),
        ("答复\u{3a}知道了。", "核查中"),
        ("accept", "已受理"),
        ("Ask: 几日？", "待您补充"),
        ("ANSWER：好。", "核查中"),
        ("reward: 请来领取。", "核查中"),
        ("close: 已铲除。", "已办结"),
    ]
    .into_iter()
    .enumerate()
    {
        let reply = officer.reply(&tip.letter).says(words);
        assert_taken(&install, words, &reply.sealed());
        assert_eq!(Database::of(&install).count("entry"), number + 1);
        let page = mailbox(&mut visitor, &tip.receipt);
        assert!(page.has_text(STAGE, stage), "{words}: {}", page.body());
    }
    let (officer, tip) = tip_at_dongfeng(&install, "无关的");
    let spam = officer.reply(&tip.letter).says("无关");
    assert_taken(&install, "无关", &spam.sealed());
    let page = mailbox(&mut visitor, &tip.receipt);
    assert!(page.has_text(STAGE, "已结束"), "{}", page.body());
}
