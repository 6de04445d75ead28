//! The same form sent again: a reload or a lost answer shows the same receipt and makes no second
//! tip; changed text is a supplement in the same thread; nothing is lost over a restart.

use e2e::form::{Form, look_up, shown_receipt};
use e2e::gpg::Keyring;
use e2e::install::Install;
use e2e::letter::Letter;
use e2e::maildir::wait_for_letters;

#[test]
fn the_same_form_sent_twice_is_one_tip_with_the_same_receipt() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let form = Form::fetch(&mut visitor).poppies("按了两次");
    let first = shown_receipt(&form.send(&mut visitor)).expect("a receipt");
    for _ in 0..3 {
        assert_eq!(
            shown_receipt(&form.send(&mut visitor)).as_ref(),
            Some(&first)
        );
    }
    wait_for_letters(&install.path("mail/dongfeng"), 1);
    // A second tip comes after it in the same outbox: once it is there, so would be a double.
    e2e::form::file_tip(&mut visitor, "后来的一条");
    assert_eq!(wait_for_letters(&install.path("mail/dongfeng"), 2).len(), 2);
}

#[test]
fn the_same_form_sent_at_once_by_many_is_one_tip() {
    let install = Install::new();
    let service = install.start();
    let form = Form::fetch(&mut service.visitor()).poppies("同时按");
    let receipts: Vec<String> = std::thread::scope(|scope| {
        let visitors: Vec<_> = (0..8)
            .map(|_| {
                let (form, mut visitor) = (form.clone(), service.visitor());
                scope.spawn(move || shown_receipt(&form.send(&mut visitor)).expect("a receipt"))
            })
            .collect();
        visitors
            .into_iter()
            .map(|visitor| visitor.join().expect("sent"))
            .collect()
    });
    assert!(
        receipts.iter().all(|receipt| *receipt == receipts[0]),
        "{receipts:?}"
    );
    e2e::form::file_tip(&mut service.visitor(), "后来的一条");
    assert_eq!(wait_for_letters(&install.path("mail/dongfeng"), 2).len(), 2);
}

#[test]
fn the_same_form_with_changed_text_is_a_supplement_in_the_same_thread() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let blank = Form::fetch(&mut visitor);
    let first = shown_receipt(&blank.clone().poppies("先写的").send(&mut visitor));
    let first = first.expect("a receipt");
    wait_for_letters(&install.path("mail/dongfeng"), 1);
    let answer = blank.poppies("先写的，又想起一件事").send(&mut visitor);
    assert_eq!(
        shown_receipt(&answer).as_ref(),
        Some(&first),
        "the same receipt"
    );
    let letters = wait_for_letters(&install.path("mail/dongfeng"), 2);
    let letters: Vec<Letter> = letters.iter().map(|path| Letter::read(path)).collect();
    let ring = Keyring::with(&[&install.secret_key("dongfeng")]);
    let opened: Vec<_> = letters
        .iter()
        .map(|letter| (letter, letter.open(&ring).expect("it opens")))
        .collect();
    let (one, two): (Vec<_>, Vec<_>) = opened
        .iter()
        .partition(|(_, opened)| opened.facts["supplement"] == false);
    assert_eq!((one.len(), two.len()), (1, 1));
    assert_eq!(two[0].1.facts["what"], "先写的，又想起一件事");
    assert_eq!(
        one[0].1.facts["reference"], two[0].1.facts["reference"],
        "the same thread"
    );
    let thread = one[0].0.header("Message-ID").expect("a name");
    assert_eq!(
        two[0].0.header("In-Reply-To"),
        Some(thread),
        "threaded for the mail program"
    );
    let mailbox = look_up(&mut visitor, &first);
    assert_eq!(mailbox.status, 200);
}

#[test]
fn after_a_restart_the_same_form_says_it_was_received_and_makes_no_second_tip() {
    let install = Install::new();
    let mut service = install.start();
    let form = Form::fetch(&mut service.visitor()).poppies("重启前发的");
    let receipt = shown_receipt(&form.send(&mut service.visitor())).expect("a receipt");
    service.restart();
    let answer = form.send(&mut service.visitor());
    answer.page().assert_site_layout("after a restart");
    if answer.status == 200 {
        let said = answer.page().text("main").unwrap_or_default();
        assert!(said.contains("已收到") || said.contains("收到"), "{said}");
        assert!(shown_receipt(&answer).is_none_or(|shown| shown == receipt));
    } else {
        panic!("{}: {}", answer.status, answer.page().body());
    }
    e2e::form::file_tip(&mut service.visitor(), "后来的一条");
    let letters = wait_for_letters(&install.path("mail/dongfeng"), 2);
    assert_eq!(letters.len(), 2, "one for each tip");
    assert!(
        look_up(&mut service.visitor(), &receipt)
            .page()
            .has_text(e2e::dialogue::STAGE, "已送达")
    );
}

#[test]
fn a_form_opened_before_a_restart_is_not_lost_with_what_was_typed_in_it() {
    let install = Install::new();
    let mut service = install.start();
    let form = Form::fetch(&mut service.visitor()).poppies("写了一半，服务重启了");
    service.restart();
    let mut answer = form.send(&mut service.visitor());
    if answer.status == 400 {
        e2e::cases::assert_kept("restart", &answer, &[("what", "写了一半，服务重启了")]);
        let again = Form::of(&answer)
            .expect("a new number")
            .poppies("写了一半，服务重启了");
        answer = again.send(&mut service.visitor());
    }
    assert!(
        shown_receipt(&answer).is_some(),
        "{}: {}",
        answer.status,
        answer.page().body()
    );
}
