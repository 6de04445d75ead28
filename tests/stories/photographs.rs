//! Photographs: what the unit gets, what a page says of them, what comes back and need not be chosen again.

mod machine;
mod open;
mod page;
mod refused;
mod slow;

use e2e::form::{Form, shown_receipt};
use e2e::gpg::Keyring;
use e2e::http::Answer;
use e2e::install::Install;
use e2e::letter::{Letter, Opened};
use e2e::maildir::wait_for_letters;
use e2e::picture::{jpeg, metadata, of_a_telephone};

use crate::privacy::{search, spellings};

/// What a telephone calls it.
const NAME: &str = "IMG_7731_20260711.jpg";

/// A photograph of a telephone, small; every number gives another.
fn small(number: u32) -> Vec<u8> {
    of_a_telephone(&jpeg(320, 240, 40, number))
}

/// The letters at 东丰县, opened, at least so many of them.
fn opened(install: &Install, count: usize) -> Vec<(Letter, Opened)> {
    let ring = Keyring::with(&[&install.secret_key("dongfeng")]);
    let letters = wait_for_letters(&install.path("mail/dongfeng"), count);
    let letters = letters.iter().map(|path| Letter::read(path));
    letters
        .map(|letter| {
            let opened = letter.open(&ring).expect("the unit's key opens it");
            (letter, opened)
        })
        .collect()
}

/// The pictures in letters.
fn pictures(letters: &[(Letter, Opened)]) -> Vec<Vec<u8>> {
    let files = letters.iter().flat_map(|(_, opened)| &opened.files);
    files.map(|(_, bytes)| bytes.clone()).collect()
}

fn assert_receipt(answer: &Answer) {
    let body = answer.page().body();
    assert!(shown_receipt(answer).is_some(), "{}: {body}", answer.status);
}

#[test]
fn three_photographs_reach_the_unit_and_hold_nothing_but_what_is_seen() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let sent = [1, 2, 3].map(small);
    assert!(
        metadata(&sent[0]).contains("Modell-7731"),
        "the test is one"
    );
    let form = Form::fetch(&mut visitor).poppies("三张照片");
    let form = sent
        .iter()
        .fold(form, |form, bytes| form.file(NAME, "image/jpeg", bytes));
    let answer = form.send(&mut visitor);
    assert_receipt(&answer);
    let page = answer.page().body();
    for words in [
        "3 张照片也收到了",
        "第 3 张：去掉了",
        "拍摄地点",
        "手机型号",
    ] {
        assert!(page.contains(words), "{words}: {page}");
    }
    let letters = opened(&install, 1);
    let pictures = pictures(&letters);
    assert_eq!(pictures.len(), 3, "three pictures in all");
    for picture in &pictures {
        assert!(picture.starts_with(&[0xff, 0xd8, 0xff]), "a JPEG");
        assert_eq!(metadata(picture), "", "nothing is left");
    }
    let named = search(install.folder(), &spellings("its name", NAME), &[]);
    assert!(named.is_empty(), "{}", named.join("\n"));
    for (_, opened) in &letters {
        let text = String::from_utf8_lossy(&opened.raw);
        for secret in ["7731", "Fernsprecher", "42.68", "北纬"] {
            assert!(!text.contains(secret), "{secret} is in the letter");
        }
    }
}

#[test]
fn the_place_is_told_when_the_box_is_ticked_and_only_then() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let form = Form::fetch(&mut visitor)
        .poppies("山里的一块地")
        .text("photo_place", "yes")
        .file("a.jpg", "image/jpeg", &small(1));
    let answer = form.send(&mut visitor);
    assert_receipt(&answer);
    let page = answer.page().body();
    assert!(page.contains("拍摄地点另写在信里"), "{page}");
    let letters = opened(&install, 1);
    let told = letters.iter().any(|(_, opened)| {
        opened.text.contains("北纬 42.68123") && opened.text.contains("东经 125.51234")
    });
    assert!(told, "{}", letters[0].1.text);
    assert_eq!(metadata(&pictures(&letters)[0]), "", "not in the picture");
}

#[test]
fn large_photographs_travel_in_letters_of_their_own_in_the_same_thread() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let form = Form::fetch(&mut visitor).poppies("三张大照片");
    let form = (1..=3).fold(form, |form, n| {
        form.file("a.jpg", "image/jpeg", &jpeg(2400, 1800, 150, n))
    });
    assert_receipt(&form.send(&mut visitor));
    let letters = opened(&install, 3);
    assert_eq!(pictures(&letters).len(), 3);
    let (first, further): (Vec<_>, Vec<_>) = letters
        .iter()
        .partition(|(letter, _)| letter.header("In-Reply-To").is_none());
    assert_eq!(first.len(), 1, "one letter begins the thread");
    let name = first[0].0.header("Message-ID");
    for (letter, opened) in further {
        assert_eq!(letter.header("In-Reply-To"), name);
        assert!(opened.raw.len() <= 4 << 20, "{}", opened.raw.len());
        assert_eq!(opened.facts["reference"], first[0].1.facts["reference"]);
    }
}

#[test]
fn when_the_form_comes_back_its_photographs_need_not_be_chosen_again() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let blank = Form::fetch(&mut visitor);
    let two =
        blank
            .clone()
            .file("a.jpg", "image/jpeg", &small(1))
            .file("b.jpg", "image/jpeg", &small(2));
    let answer = two.text("people", "两个人").send(&mut visitor);
    assert_eq!(answer.status, 422, "what happened is missing");
    let page = answer.page();
    let body = page.body();
    assert!(body.contains("您选的 2 张照片都还在，不用再选"), "{body}");
    let leave = page.attributes("input[name^=leave-]", "name");
    assert_eq!(leave.len(), 2);
    // One is left out, another one added; what was held goes along.
    let form = Form::of(&answer)
        .expect("a form")
        .poppies("补上了")
        .text(&leave[0], "yes")
        .file("c.jpg", "image/jpeg", &small(3));
    let answer = form.send(&mut visitor);
    assert_receipt(&answer);
    assert!(answer.page().body().contains("2 张照片也收到了"));
    assert_eq!(pictures(&opened(&install, 1)).len(), 2);
}

#[test]
fn the_same_form_with_the_same_photographs_is_one_tip_and_a_new_one_is_a_supplement() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let words = Form::fetch(&mut visitor).poppies("按了几次");
    let with = words.clone().file("a.jpg", "image/jpeg", &small(1));
    for form in [&with, &with, &words] {
        assert_receipt(&form.send(&mut visitor));
    }
    let list = install.run_well(&["outbox", "list"], &[]);
    let before = wait_for_letters(&install.path("mail/dongfeng"), 1).len();
    assert_eq!(before, 1, "one letter: {list}");
    let another = words.file("b.jpg", "image/jpeg", &small(2));
    let answer = another.send(&mut visitor);
    assert_receipt(&answer);
    assert!(answer.page().body().contains("补充已收到"));
    let letters = opened(&install, 2);
    assert_eq!(pictures(&letters).len(), 2);
    let reference = |n: usize| letters[n].1.facts["reference"].clone();
    assert_eq!(reference(0), reference(1));
}
