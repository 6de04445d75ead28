//! Postfix and the pipe: what an officer reads when a reply is refused, that machines are not
//! answered, and that a fault on our side costs no reply.

use e2e::database::Database;
use e2e::dialogue::{PATIENCE, Tip, wait_for_stage};
use e2e::install::Install;
use e2e::machine::{is_root, wait_for};
use e2e::maildir::{bounce, letters};
use e2e::officer::Officer;
use e2e::postfix::{OWNER, Postfix};

#[test]
fn a_refused_reply_comes_back_from_postfix_with_the_reason_in_readable_chinese() {
    if !is_root() {
        println!("not root: Postfix cannot be started here");
        return;
    }
    let install = Install::new().owned_by(OWNER);
    let postfix = Postfix::both_ways(&install, &["dongfeng", "stranger", "machine"]);
    let install = postfix.configure(install);
    let service = install.start();
    let officer = Officer::of(&install, "dongfeng");
    let tip = Tip::file(
        &service,
        &officer,
        &postfix.maildir_of("dongfeng"),
        "退信的样子",
    );
    let draft = officer.reply(&tip.letter).says("知道了");
    let send = |from: &str, mail: &[u8]| {
        let from = format!("{from}@units.example.invalid");
        postfix.submit(&from, draft.recipient(), mail);
    };
    let machine = officer
        .reply(&tip.letter)
        .header("Auto-Submitted", "auto-replied");
    send("machine", &machine.plain("我在休假。"));
    send("stranger", &draft.sealed());
    let said = bounce(&postfix.maildir_of("stranger"));
    println!("{said}");
    for words in [
        "没有处理：第一行不是命令。",
        "正文第一行写命令：受理",
        "the first line must be one command",
    ] {
        assert!(said.contains(words), "{words} is not in\n{said}");
    }
    assert!(
        !said.contains('\u{fffd}') && !said.contains("??"),
        "garbled:\n{said}"
    );
    assert!(
        letters(&postfix.maildir_of("machine")).is_empty(),
        "a machine was answered"
    );
    assert_eq!(Database::of(&install).count("entry"), 0);
}

#[test]
fn while_the_service_cannot_take_it_a_reply_waits_in_the_queue_and_comes_in_afterwards() {
    if !is_root() {
        println!("not root: Postfix cannot be started here");
        return;
    }
    let install = Install::new().owned_by(OWNER);
    let postfix = Postfix::both_ways(&install, &["dongfeng"]);
    let install = postfix.configure(install);
    let service = install.start();
    let officer = Officer::of(&install, "dongfeng");
    let tip = Tip::file(
        &service,
        &officer,
        &postfix.maildir_of("dongfeng"),
        "等在队里",
    );
    let config = install.config_file();
    let aside = config.with_extension("aside");
    std::fs::rename(&config, &aside).expect("renamed");
    let draft = officer.reply(&tip.letter).says("受理");
    postfix.submit(&officer.address, draft.recipient(), &draft.sealed());
    wait_for("Postfix to keep the reply", PATIENCE, || {
        postfix.log().contains("status=deferred").then_some(())
    });
    std::fs::rename(&aside, &config).expect("renamed");
    wait_for_stage(&mut service.visitor(), &tip.receipt, "已受理");
    assert_eq!(
        Database::of(&install).count("entry"),
        1,
        "{}",
        postfix.log()
    );
}
