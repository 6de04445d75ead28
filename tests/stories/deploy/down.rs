//! The service is gone: nginx says so, and what to do.

use e2e::cases::assert_error_page;
use e2e::form::{FORM, MAILBOX, shown_receipt};

use super::door::{before, fetch, install, send};

#[test]
fn while_the_service_is_down_the_page_says_what_to_do_with_503_and_then_it_goes_on() {
    let install = install();
    let mut service = install.start();
    let nginx = before(&service);
    let visitor = nginx.visitor();
    let form = fetch(&visitor).poppies("服务不在的时候");
    let large = form.clone().file("a.jpg", "image/jpeg", &vec![7; 3 << 20]);
    service.kill9();
    let mut answers = [
        ("GET form", visitor.get(FORM)),
        ("GET mailbox", visitor.get(MAILBOX)),
        ("GET statistics", visitor.get("/tip/statistics/")),
        ("POST form", send(&visitor, &form)),
        ("POST form, large", send(&visitor, &large)),
    ];
    for (what, answer) in &mut answers {
        // All but the name of nginx.
        answer.headers.retain(|(name, _)| name != "server");
        assert_error_page(what, answer, 503);
        let text = answer.text();
        for words in ["您没有做错什么", "打110", "派出所", "过一会儿再来"] {
            assert!(text.contains(words), "{what}: {words}");
        }
        assert_eq!(answer.header("retry-after"), Some("600"), "{what}");
        assert_eq!(answer.header("cache-control"), Some("no-store"), "{what}");
    }
    for (path, language, words) in [
        ("/ko/tip/", "ko", "잘못하신 것이 아닙니다"),
        ("/en/tip/mailbox/", "en", "You did nothing wrong"),
    ] {
        let answer = visitor.get(path);
        let page = answer.page();
        assert_eq!(answer.status, 503, "{path}");
        assert_eq!(page.attribute("html", "lang").as_deref(), Some(language));
        assert!(page.has_text("main", words), "{path}: {}", page.body());
    }
    assert_eq!(visitor.get("/").status, 200, "the site stays");
    assert_eq!(visitor.get("/report/unavailable/").status, 200);
    service.start_again();
    let answer = send(&visitor, &fetch(&visitor).poppies("又来了"));
    assert!(shown_receipt(&answer).is_some());
}

#[test]
fn what_the_service_itself_refuses_goes_out_as_it_comes_with_the_words_that_were_typed() {
    let install = install()
        .with("store.max_waiting", 10)
        .with("delivery.delay_max_seconds", 86_400);
    let service = install.start();
    let nginx = before(&service);
    let visitor = nginx.visitor();
    let full = (0..30).find_map(|number| {
        let words = format!("第{number}条");
        let answer = send(&visitor, &fetch(&visitor).poppies(&words));
        shown_receipt(&answer).is_none().then_some((words, answer))
    });
    let (words, answer) = full.expect("thirty tips do not fit where ten may wait");
    assert_eq!(answer.status, 503);
    assert_eq!(answer.page().value("what"), Some(words));
    // The service's own header, and that one alone.
    let retry = answer
        .headers
        .iter()
        .filter(|(name, _)| name == "retry-after");
    let retry: Vec<&str> = retry.map(|(_, value)| value.as_str()).collect();
    assert_eq!(retry, ["60"]);
}
