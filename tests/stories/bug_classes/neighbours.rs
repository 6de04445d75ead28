//! Numbers that follow one another: elsewhere one read a neighbour's report by counting up. Here whatever names a thing is chance;
//! every neighbour of a name that exists is nobody's.

use std::collections::HashSet;

use base64::Engine;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use e2e::database::Database;
use e2e::dialogue::tip_at_dongfeng;
use e2e::form::{Form, file_tip, look_up, shown_receipt};
use e2e::install::Install;

use crate::refused::assert_refused;

#[test]
fn neighbours_of_a_form_s_number_are_no_forms_and_keep_nothing() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let id = Form::fetch(&mut visitor).form_id;
    let bytes = URL_SAFE_NO_PAD.decode(&id).expect("base64");
    for place in 0..bytes.len() {
        for change in [1, 255] {
            let mut other = bytes.clone();
            other[place] = other[place].wrapping_add(change);
            let answer = Form::with_id(&URL_SAFE_NO_PAD.encode(other))
                .poppies("邻居")
                .send(&mut visitor);
            assert_eq!(answer.status, 400, "byte {place}");
            assert!(shown_receipt(&answer).is_none());
        }
    }
    assert_eq!(Database::of(&install).count("form"), 0);
    let own = Form::with_id(&id).poppies("自己的").send(&mut visitor);
    assert!(
        shown_receipt(&own).is_some(),
        "the form itself is still good"
    );
}

#[test]
fn neighbours_of_a_reply_address_are_nobody_s() {
    let install = Install::new();
    let (officer, tip) = tip_at_dongfeng(&install, "相邻的地址");
    let own = tip.letter.header("Reply-To").expect("an address");
    let own = own.trim_matches(['<', '>']);
    let (name, domain) = own.split_once('@').expect("an address");
    let token = name.strip_prefix("reply+").expect("a token");
    for place in 0..token.len() {
        let mut other = token.as_bytes().to_vec();
        other[place] = if other[place] == b'a' { b'b' } else { b'a' };
        let other = String::from_utf8(other).expect("ASCII");
        let reply = officer
            .reply(&tip.letter)
            .header("To", &format!("<reply+{other}@{domain}>"))
            .says("受理");
        assert_refused(&install, &other, &reply.sealed(), "");
    }
}

#[test]
fn neighbours_of_a_receipt_open_no_mailbox() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let receipt: Vec<char> = file_tip(&mut visitor, "相邻的回执").chars().collect();
    let another: Vec<char> = file_tip(&mut visitor, "另一张回执").chars().collect();
    let found = |page: &e2e::page::Page| page.has(".progress");
    let own: String = receipt.iter().collect();
    assert!(
        found(&look_up(&mut visitor, &own).page()),
        "its own mailbox"
    );
    for place in 0..receipt.len() {
        let mut other = receipt.clone();
        other[place] = another[place];
        if other != receipt {
            let other: String = other.iter().collect();
            assert!(
                !found(&look_up(&mut visitor, &other).page()),
                "character {place}"
            );
        }
        let turned: String = receipt[place..].iter().chain(&receipt[..place]).collect();
        if turned != own {
            assert!(
                !found(&look_up(&mut visitor, &turned).page()),
                "turned by {place}"
            );
        }
    }
}

#[test]
fn names_given_out_one_after_another_have_nothing_in_common() {
    const MANY: usize = 200;
    const RANDOM: usize = 12;
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let ids: Vec<Vec<u8>> = (0..MANY)
        .map(|_| {
            let id = Form::fetch(&mut visitor).form_id;
            URL_SAFE_NO_PAD.decode(id).expect("base64")
        })
        .collect();
    let starts: HashSet<&[u8]> = ids.iter().map(|id| &id[..4]).collect();
    assert_eq!(starts.len(), MANY, "four bytes already tell them apart");
    for bit in 0..RANDOM * 8 {
        let ones = ids
            .iter()
            .filter(|id| id[bit / 8] >> (bit % 8) & 1 == 1)
            .count();
        // A fair coin stays within this in all but one of a hundred million tries.
        assert!(
            (MANY / 2 - 41..=MANY / 2 + 41).contains(&ones),
            "bit {bit}: {ones} of {MANY}"
        );
    }
}
