//! Everything at once: two officers, one mail delivered twice, a process killed before it could say
//! that it was done, a clock that goes back. The mailbox is right each time.

use std::process::Child;
use std::thread;
use std::time::Instant;

use e2e::database::Database;
use e2e::dialogue::{self, STAGE, Tip, mailbox, tip_at_dongfeng, whole_mailbox};
use e2e::install::Install;
use e2e::machine::repository;
use e2e::officer::Officer;
use e2e::pipe::{piping, receive};
use rand::Rng;

use crate::main_job::with_second_certificate;
use crate::refused::assert_refused;

/// How often `receive-mail` is killed.
const KILLS: usize = 30;

/// Exit code and words of a finished process.
fn end(child: Child) -> (Option<i32>, String) {
    let output = child.wait_with_output().expect("it ends");
    (
        output.status.code(),
        String::from_utf8_lossy(&output.stdout).into_owned(),
    )
}

#[test]
fn two_officers_of_one_unit_who_answer_at_once_are_both_heard_or_one_is_told_why_not() {
    let install = Install::new();
    install.make_key("colleague");
    let units = std::fs::read_to_string(repository().join("config/units.toml")).expect("units");
    std::fs::write(install.path("units.toml"), with_second_certificate(&units)).expect("written");
    let install = install.with("registers.units", "units.toml");
    let (one, tip) = tip_at_dongfeng(&install, "两个人同时回");
    let two = Officer::of(&install, "colleague");
    for round in 0..5 {
        let first = one
            .reply(&tip.letter)
            .says(&format!("询问：第{round}问"))
            .sealed();
        let second = two
            .reply(&tip.letter)
            .says(&format!("答复：第{round}答"))
            .sealed();
        let both = [first, second].map(|mail| piping(&install, &mail));
        for (code, said) in both.map(end) {
            assert_eq!(code, Some(0), "{said}");
        }
    }
    assert_eq!(Database::of(&install).count("entry"), 10);
    let close = one.reply(&tip.letter).says("办结：已铲除。").sealed();
    let ask = two.reply(&tip.letter).says("询问：还有吗？").sealed();
    let [closed, asked] = [close, ask].map(|mail| piping(&install, &mail)).map(end);
    assert_eq!(closed.0, Some(0), "{}", closed.1);
    let late = asked.0 == Some(65) && asked.1.contains("已经办结");
    assert!(late || asked.0 == Some(0), "{asked:?}");
    let service = install.start();
    let mut visitor = service.visitor();
    let talk = whole_mailbox(&mut visitor, &tip.receipt);
    for round in 0..5 {
        for words in [format!("第{round}问"), format!("第{round}答")] {
            assert!(talk.contains(&words), "{words} is not in {talk}");
        }
    }
    assert_eq!(talk.contains("还有吗？"), !late);
    let page = mailbox(&mut visitor, &tip.receipt);
    assert!(page.has_text(STAGE, "已办结"), "{}", page.body());
}

#[test]
fn the_same_mail_delivered_many_times_at_once_counts_once() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "一封信来几次");
    for round in 1..=5 {
        let mail = officer
            .reply(&tip.letter)
            .says(&format!("询问：第{round}问"))
            .sealed();
        let copies: Vec<Child> = (0..4).map(|_| piping(&install, &mail)).collect();
        let ends: Vec<_> = copies.into_iter().map(end).collect();
        let taken = ends.iter().filter(|(code, _)| *code == Some(0)).count();
        let told = ends
            .iter()
            .filter(|(code, said)| *code == Some(65) && said.contains("先前已经处理过"));
        assert_eq!((taken, told.count()), (1, 3), "{ends:?}");
        assert_eq!(Database::of(&install).count("entry"), round);
    }
}

#[test]
fn a_reply_whose_process_was_killed_is_there_exactly_once_after_it_comes_again() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "处理到一半");
    let whole = officer.reply(&tip.letter).says("受理").sealed();
    let begun = Instant::now();
    assert_eq!(receive(&install, &whole).code, Some(0));
    let long = begun.elapsed();
    let (mut before, mut after) = (0, 0);
    for kill in 0..KILLS {
        let mail = officer
            .reply(&tip.letter)
            .says(&format!("答复：第{kill}次"))
            .sealed();
        let mut child = piping(&install, &mail);
        // The one wait here that asks nothing: the moment of the kill must be nobody's choice.
        thread::sleep(long.mul_f64(rand::thread_rng().gen_range(0.0..1.2)));
        child.kill().expect("it can be killed");
        child.wait().expect("it is gone");
        let again = receive(&install, &mail);
        match again.code {
            Some(0) => before += 1,
            Some(65) if again.said.contains("先前已经处理过") => after += 1,
            _ => panic!("{again:?}"),
        }
        assert_eq!(Database::of(&install).count("entry"), kill + 2);
    }
    println!("{KILLS} kills: {before} before it was stored, {after} after");
    let service = install.start();
    let said = whole_mailbox(&mut service.visitor(), &tip.receipt);
    for kill in 0..KILLS {
        assert!(
            said.contains(&format!("第{kill}次")),
            "{kill} is not in {said}"
        );
    }
}

#[test]
fn a_clock_that_goes_back_loses_nothing_and_ends_no_mailbox_early() {
    let install = Install::new();
    install.shift_clock("-60d");
    let units = [
        "city",
        "longshan",
        "xian",
        "dongfeng",
        "dongliao",
        "oversight",
        "service",
    ];
    units.iter().for_each(|unit| install.make_key(unit));
    install.shift_clock("");
    let service = install.start();
    let officer = Officer::of(&install, "dongfeng");
    let maildir = install.path("mail/dongfeng");
    let tip = Tip::file(&service, &officer, &maildir, "时钟往回走");
    dialogue::assert_settled(&install);
    let database = Database::of(&install);
    let ends = || {
        database
            .run("SELECT ends_day FROM mailbox")
            .trim()
            .parse::<u32>()
            .expect("a day")
    };
    install.shift_clock("+20d");
    let first = officer
        .reply(&tip.letter)
        .says("询问：走快了的时候")
        .sealed();
    assert_eq!(receive(&install, &first).code, Some(0));
    let late = ends();
    install.shift_clock("");
    let second = officer.reply(&tip.letter).says("答复：走准了以后").sealed();
    assert_eq!(receive(&install, &second).code, Some(0));
    assert!(ends() >= late, "the end came nearer");
    let page = mailbox(&mut service.visitor(), &tip.receipt);
    let talk = page.body();
    let at = |words: &str| {
        talk.find(words)
            .unwrap_or_else(|| panic!("{words} is not in {talk}"))
    };
    assert!(
        at("走准了以后") < at("走快了的时候"),
        "the newest is on top"
    );
    install.run_well(&["purge"], &[]);
    assert_eq!(database.count("mailbox"), 1);
    // By a clock that is slow, what was signed just now is from the future: said, not guessed.
    install.shift_clock("-3d");
    let third = officer
        .reply(&tip.letter)
        .says("答复：走慢了的时候")
        .sealed();
    assert_refused(&install, "a slow clock", &third, "签名的日期在将来");
    install.shift_clock("");
    assert_eq!(receive(&install, &third).code, Some(0), "by a good clock");
}
