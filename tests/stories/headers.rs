//! Security headers on every answer, whatever its kind: the service's pages, the static site, files,
//! errors, redirects.

use e2e::cases::assert_secure_headers;
use e2e::form::{FORM, Form, MAILBOX, look_up};
use e2e::install::Install;
use e2e::machine::files_under;

#[test]
fn every_answer_carries_the_security_headers() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let mut answers: Vec<(String, _)> = Vec::new();
    let site = e2e::site::built();
    let of_each_kind =
        files_under(&site)
            .into_iter()
            .fold(Vec::<String>::new(), |mut kept, path| {
                let name = path
                    .strip_prefix(&site)
                    .expect("under the site")
                    .display()
                    .to_string();
                let ending = name.rsplit('.').next().unwrap_or_default().to_string();
                if !name.starts_with('_') && !kept.iter().any(|known| known.ends_with(&ending)) {
                    kept.push(name);
                }
                kept
            });
    let fixed = [
        "",
        "tip/",
        "tip/mailbox/",
        "tip/statistics/",
        "tip/exit/",
        "tip",
        "healthz",
        "nowhere",
        "tip/x",
    ];
    for path in fixed
        .map(ToString::to_string)
        .into_iter()
        .chain(of_each_kind)
    {
        answers.push((path.clone(), visitor.get(&format!("/{path}"))));
    }
    for method in ["HEAD", "OPTIONS", "PUT", "DELETE", "TRACE"] {
        let answer = visitor.try_send(method, FORM, None);
        answers.push((method.to_string(), answer.expect("an answer")));
    }
    answers.push((
        "receipt".into(),
        Form::fetch(&mut visitor).poppies("有").send(&mut visitor),
    ));
    answers.push(("422".into(), Form::fetch(&mut visitor).send(&mut visitor)));
    answers.push(("415".into(), visitor.post(FORM, "text/plain", b"x")));
    answers.push((
        "no such receipt".into(),
        look_up(&mut visitor, "的的的的的的的的的的的的"),
    ));
    answers.push(("empty receipt".into(), look_up(&mut visitor, "")));
    for (what, answer) in &answers {
        assert_secure_headers(what, answer);
    }
}

#[test]
fn what_holds_a_tip_or_a_receipt_is_never_stored_and_quick_exit_makes_the_browser_forget() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let answers = [
        visitor.get(FORM),
        visitor.get(MAILBOX),
        Form::fetch(&mut visitor).poppies("不存").send(&mut visitor),
        Form::fetch(&mut visitor)
            .text("place", "不存")
            .send(&mut visitor),
        look_up(&mut visitor, "的的的的的的的的的的的的"),
    ];
    for answer in &answers {
        let control = answer.header("cache-control").unwrap_or_default();
        assert!(
            control.contains("no-store"),
            "{}: {control}",
            answer.page().body()
        );
    }
    let exit = visitor.get("/tip/exit/");
    assert!((300..400).contains(&exit.status) || exit.status == 200);
    let forget = exit.header("clear-site-data").unwrap_or_default();
    assert!(
        forget.contains("\"cache\"") && forget.contains("\"storage\""),
        "{forget}"
    );
    let onwards = exit.header("location").unwrap_or_default();
    assert!(onwards.starts_with("https://"), "{onwards}");
}

#[test]
fn answers_to_receipts_that_exist_and_that_do_not_look_alike() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let shown = e2e::form::file_tip(&mut visitor, "看看信箱");
    let other = e2e::form::file_tip(&mut visitor, "另一只信箱");
    // A well-formed receipt that this installation never gave out.
    let foreign = Install::new();
    let elsewhere = foreign.start();
    let unknown = e2e::form::file_tip(&mut elsewhere.visitor(), "别处的回执");
    let sizes: Vec<(u16, usize)> = [&shown, &other, &unknown]
        .map(|receipt| {
            let answer = look_up(&mut visitor, receipt);
            (answer.status, answer.body.len())
        })
        .to_vec();
    assert_eq!(sizes[0], sizes[1]);
    assert_eq!(
        sizes[0], sizes[2],
        "a stranger can tell whether a receipt exists"
    );
}
