//! A reward without a name: set by mail, shown as a claim code to whoever holds the receipt, checked
//! at a desk without a network, once.

use e2e::dialogue::{STAGE, mailbox, tip_at_dongfeng};
use e2e::install::Install;
use e2e::machine::{run, words};
use e2e::pipe::receive;

use crate::refused::assert_refused;

/// Whether the desk accepts a code, and what it said.
fn verify(install: &Install, code: &str, check: &str, further: &[&str]) -> (bool, String) {
    let arguments = ["reward", "verify", "--code", code, "--check", check];
    let output = run(install.command(&arguments).args(further));
    (output.status.success(), words(&output))
}

#[test]
fn a_reward_is_set_by_mail_claimed_by_the_receipt_and_checked_offline_once() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "值得奖励");
    let check = check_in(&tip.opened.text);
    assert_eq!(
        tip.opened.facts["reward_check"],
        check.as_str(),
        "the same for programs"
    );
    let close = officer.reply(&tip.letter).says("办结：已铲除。");
    assert_eq!(receive(&install, &close.sealed()).code, Some(0));
    let service = install.start();
    let mut visitor = service.visitor();
    assert!(
        !mailbox(&mut visitor, &tip.receipt).has(".claim"),
        "a code before any reward"
    );
    let how = "凭领奖码到东丰县公安局禁毒大队窗口领取。";
    let reward = officer.reply(&tip.letter).says(&format!("奖励：{how}"));
    let verdict = receive(&install, &reward.sealed());
    assert_eq!(verdict.code, Some(0), "{}", verdict.said);
    let page = mailbox(&mut visitor, &tip.receipt);
    assert!(
        page.has_text("main", how) && page.has_text(STAGE, "已办结"),
        "{}",
        page.body()
    );
    let code = page.text(".claim").expect("a claim code");
    assert_eq!(
        code.chars().filter(char::is_ascii_digit).count(),
        24,
        "{code}"
    );
    assert_eq!(
        mailbox(&mut visitor, &tip.receipt).text(".claim"),
        Some(code.clone())
    );

    let (good, said) = verify(&install, &code, &check, &[]);
    assert!(good && said.contains("领奖码有效"), "{said}");
    let first = code.chars().next().expect("a digit");
    let other = if first == '1' { '2' } else { '1' };
    let mistyped = code.replacen(first, &other.to_string(), 1);
    let (good, said) = verify(&install, &mistyped, &check, &[]);
    assert!(!good, "{said}");
    let (_, another) = tip_at_dongfeng(&install, "另一条");
    let (good, said) = verify(&install, &code, &check_in(&another.opened.text), &[]);
    assert!(!good && said.contains("对不上"), "{said}");
    let ledger = install.text_path("work/ledger");
    let ledger = ["--ledger", ledger.as_str()];
    let (good, said) = verify(&install, &code, &check, &ledger);
    assert!(good, "{said}");
    let (good, said) = verify(&install, &code, &check, &ledger);
    assert!(!good && said.contains("已经领过"), "{said}");
}

fn check_in(text: &str) -> String {
    let line = text
        .lines()
        .find_map(|line| line.split_once("奖励核验码："));
    line.expect("a check in the letter").1.trim().to_string()
}

#[test]
fn where_rewards_are_off_there_is_none_to_set() {
    let install = Install::new().with("triage.rewards", false);
    let (officer, tip) = tip_at_dongfeng(&install, "一条线索");
    assert!(!tip.opened.text.contains("奖励"), "{}", tip.opened.text);
    let reward = officer.reply(&tip.letter).says("奖励：请来领取。");
    assert_refused(&install, "rewards off", &reward.sealed(), "没有开通奖励");
}
