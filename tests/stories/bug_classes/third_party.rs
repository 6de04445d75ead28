//! A script of somebody else that the policy let in: elsewhere from a public store of scripts. Here the policy of each kind of page is
//! written down word for word, and nothing on a page of the service comes from another origin (`nothing_comes_from_elsewhere` looks
//! at every built page).

use e2e::dialogue;
use e2e::form::{Form, file_tip, look_up};
use e2e::http::Answer;
use e2e::install::Install;

const OF_SERVICE: &str = "default-src 'none'; script-src 'self'; style-src 'self'; img-src 'self'; \
    form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const OF_SITE: &str = "default-src 'none'; script-src 'self'; connect-src 'self'; style-src 'self'; \
    img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'";
const OF_SEARCH: &str = "default-src 'none'; script-src 'self' 'wasm-unsafe-eval'; connect-src 'self'; \
    style-src 'self'; img-src 'self'; form-action 'self'; base-uri 'none'; frame-ancestors 'none'; worker-src 'none'";

fn assert_policy(what: &str, answer: &Answer, policy: &str) {
    let sent: Vec<&str> = answer
        .headers
        .iter()
        .filter(|(name, _)| name == "content-security-policy")
        .map(|(_, value)| value.as_str())
        .collect();
    assert_eq!(sent, [policy], "{what}");
}

#[test]
fn the_policy_of_each_kind_of_page_is_word_for_word_the_one_written_down() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    for (path, policy) in [
        ("/", OF_SITE),
        ("/quiz/", OF_SITE),
        ("/search/", OF_SEARCH),
        ("/search/?q=x", OF_SEARCH),
        ("/site.js", OF_SITE),
        ("/tip/", OF_SITE),
        ("/tip/mailbox/", OF_SERVICE),
        ("/tip/statistics/", OF_SERVICE),
        ("/tip/exit/", OF_SERVICE),
        ("/nowhere", OF_SERVICE),
        ("/healthz", OF_SERVICE),
    ] {
        assert_policy(path, &visitor.get(path), policy);
    }
    let back = Form::fetch(&mut visitor).send(&mut visitor);
    assert_policy("the form with errors", &back, OF_SERVICE);
    let receipt = Form::fetch(&mut visitor).poppies("有").send(&mut visitor);
    assert_policy("a receipt", &receipt, OF_SERVICE);
}

#[test]
fn no_page_of_the_service_loads_or_sends_anything_to_another_origin() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let receipt = file_tip(&mut visitor, "看看有没有外人");
    let pages = [
        visitor.get("/tip/"),
        Form::fetch(&mut visitor).send(&mut visitor),
        Form::fetch(&mut visitor).poppies("有").send(&mut visitor),
        visitor.get("/tip/mailbox/"),
        look_up(&mut visitor, &receipt),
        dialogue::post(&mut visitor, &[("receipt", &receipt), ("action", "delete")]),
        look_up(&mut visitor, "x"),
        visitor.get("/tip/statistics/"),
        visitor.get("/nowhere"),
        visitor.try_send("PUT", "/tip/", None).expect("an answer"),
    ];
    let mut looked_at = 0;
    for answer in &pages {
        let page = answer.page();
        for (selector, attribute) in [
            ("link", "href"),
            ("[src]", "src"),
            ("[srcset]", "srcset"),
            ("form", "action"),
            ("[formaction]", "formaction"),
            ("use, image", "href"),
        ] {
            for target in page.attributes(selector, attribute) {
                let is_ours = !target.contains("//") && !target.contains(':');
                assert!(
                    is_ours,
                    "{selector} {target} in {}",
                    page.text("title").unwrap_or_default()
                );
                looked_at += 1;
            }
        }
        for none in [
            "iframe",
            "object",
            "embed",
            "base",
            "meta[http-equiv]",
            "[style]",
            "[onclick]",
        ] {
            assert!(
                !page.has(none),
                "{none} in {}",
                page.text("title").unwrap_or_default()
            );
        }
    }
    assert!(looked_at > 20, "{looked_at}");
}
