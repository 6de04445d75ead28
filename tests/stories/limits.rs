//! Promise 6: who sends too much is served later, not shut out, and a lie about the address
//! changes nothing.

use e2e::cases::{assert_error_page, assert_kept};
use e2e::form::{Form, file_tip};
use e2e::http::Client;
use e2e::install::Install;

/// An installation that gives each client three prompt tips an hour and delivers none of them
/// while the story runs.
fn install() -> Install {
    Install::new()
        .with("limits.prompt_per_hour", 3)
        .with("delivery.delay_max_seconds", 86_400)
}

/// How many waiting letters are of each class: prompt, later.
fn classes(install: &Install) -> (usize, usize) {
    let listed = install.run_well(&["outbox", "list"], &[]);
    let count = |class: &str| {
        let of_class = |line: &&str| line.split_whitespace().any(|word| word == class);
        listed.lines().filter(of_class).count()
    };
    (count("prompt"), count("later"))
}

fn send(mut visitor: Client, tips: usize) {
    for number in 0..tips {
        file_tip(&mut visitor, &format!("第{number}条"));
    }
}

#[test]
fn a_client_beyond_its_budget_is_served_later_and_others_stay_prompt() {
    let install = install();
    let service = install.start();
    send(service.visitor().at([127, 0, 0, 9]), 5);
    assert_eq!(classes(&install), (3, 2), "three prompt, the surplus later");
    send(service.visitor().at([127, 0, 0, 10]), 2);
    assert_eq!(
        classes(&install),
        (5, 2),
        "another client is not touched by it"
    );
}

#[test]
fn a_forged_forwarding_header_changes_nothing() {
    let install = install();
    let service = install.start();
    for number in 0..5 {
        let forged = format!("198.51.100.{number}");
        send(service.visitor().with_header("X-Forwarded-For", &forged), 1);
    }
    assert_eq!(classes(&install), (3, 2));
}

#[test]
fn behind_a_configured_proxy_only_the_last_hop_counts() {
    let install = install().with("server.trusted_proxies", vec!["127.0.0.1"]);
    let service = install.start();
    for number in 0..5 {
        let forged = format!("198.51.100.{number}, 203.0.113.5");
        send(service.visitor().with_header("X-Forwarded-For", &forged), 1);
    }
    assert_eq!(
        classes(&install),
        (3, 2),
        "the forged first hop makes no new client"
    );
    send(
        service
            .visitor()
            .with_header("X-Forwarded-For", "203.0.113.6"),
        1,
    );
    assert_eq!(
        classes(&install),
        (4, 2),
        "the proxy's other clients are their own"
    );
}

#[test]
fn absurd_volume_is_refused_with_what_was_typed_still_there() {
    let install = Install::new().with("limits.refuse_per_minute", 5);
    let service = install.start();
    let mut visitor = service.visitor();
    let typed = "写了很久的一段话，不能丢";
    let refused = (0..20)
        .map(|_| Form::fetch(&mut visitor).poppies(typed).send(&mut visitor))
        .find(|answer| answer.status != 200)
        .expect("twenty tips in a moment are refused");
    assert_error_page("429", &refused, 429);
    assert_kept("429", &refused, &[("what", typed), ("kind", "cultivation")]);
    let mut other = service.visitor().at([127, 0, 0, 77]);
    file_tip(&mut other, "别人照常");
}
