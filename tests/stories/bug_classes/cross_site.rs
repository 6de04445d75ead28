//! A post from another web site: elsewhere log-out, status and deletion took any. Here the routes are read from the router itself,
//! so that a new one cannot be forgotten; each refuses a browser's cross-site post, and none does anything without a form's number.

use e2e::cases::assert_error_page;
use e2e::database::Database;
use e2e::dialogue::tip_at_dongfeng;
use e2e::form::{Form, url_encoded};
use e2e::install::Install;
use e2e::machine::repository;

/// Every path of the router, and whether it takes posts.
fn routes() -> Vec<(String, bool)> {
    let source = repository().join("tip-service/src/http/mod.rs");
    let source = std::fs::read_to_string(source).expect("the router's source");
    let routes: Vec<(String, bool)> = source
        .split(".route(")
        .skip(1)
        .map(|rest| {
            let path = rest.split('"').nth(1).expect("a path").to_string();
            let handlers = rest.split(".route(").next().unwrap_or_default();
            let line = handlers
                .split('\n')
                .find(|line| line.contains("get("))
                .unwrap_or_default();
            (path, line.contains(".post("))
        })
        .collect();
    let posts = routes.iter().filter(|(_, posts)| *posts).count();
    assert!(routes.len() >= 6 && posts >= 2, "{routes:?}");
    routes
}

#[test]
fn no_route_takes_a_post_from_another_site_or_a_method_that_is_not_its_own() {
    let install = Install::new();
    let (_, tip) = tip_at_dongfeng(&install, "别的网站");
    let service = install.start();
    let mut visitor = service.visitor();
    let form = Form::fetch(&mut visitor).poppies("跨站");
    let before = Database::of(&install).dump();
    let mailbox = url_encoded(&[("receipt", &tip.receipt), ("action", "delete-now")]);
    let bodies = [
        (Form::content_type(), form.body()),
        (
            "application/x-www-form-urlencoded".to_string(),
            mailbox.into_bytes(),
        ),
        ("text/plain".to_string(), b"what=x".to_vec()),
    ];
    for (path, posts) in routes() {
        for (kind, body) in &bodies {
            let mut evil = service
                .visitor()
                .with_header("Origin", "https://evil.example")
                .with_header("Sec-Fetch-Site", "cross-site");
            let answer = evil.post(&path, kind, body);
            assert_error_page(&format!("{path} from elsewhere"), &answer, 403);
        }
        for method in ["PUT", "DELETE", "PATCH", "POST"] {
            if method == "POST" && posts {
                continue;
            }
            let body = Some((bodies[1].0.as_str(), bodies[1].1.as_slice()));
            let answer = service
                .visitor()
                .try_send(method, &path, body)
                .expect("an answer");
            assert_eq!(answer.status, 405, "{method} {path}");
        }
    }
    assert_eq!(Database::of(&install).dump(), before, "something was done");
}

#[test]
fn no_route_changes_anything_without_a_form_s_number_or_a_receipt() {
    let install = Install::new();
    let (_, tip) = tip_at_dongfeng(&install, "没有号码");
    let service = install.start();
    let before = Database::of(&install).dump();
    for (path, _) in routes().into_iter().filter(|(_, posts)| *posts) {
        for id in ["", "x", &"A".repeat(48)] {
            for origin in ["https://evil.example", "null"] {
                let mut visitor = service.visitor().with_header("Origin", origin);
                let form = Form::with_id(id)
                    .poppies("没有号码")
                    .text("action", "reply");
                let answer = visitor.post(&path, &Form::content_type(), &form.body());
                assert!(
                    (400..500).contains(&answer.status),
                    "{path} {id:?}: {}",
                    answer.status
                );
            }
        }
    }
    // With the receipt but no form's number nothing is written either.
    let fields = [
        ("receipt", tip.receipt.as_str()),
        ("reply", "没有号码"),
        ("action", "reply"),
    ];
    let kind = "application/x-www-form-urlencoded";
    let body = url_encoded(&fields);
    let answer = service
        .visitor()
        .post("/tip/mailbox/", kind, body.as_bytes());
    assert!((400..500).contains(&answer.status), "{}", answer.status);
    assert_eq!(Database::of(&install).dump(), before, "something was done");
}
