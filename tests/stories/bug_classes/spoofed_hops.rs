//! A forwarding header that is believed: elsewhere anybody got a new budget by inventing an address. Here every header that names
//! an address, in every spelling, from one client, is one client; behind the proxy only what the proxy itself wrote counts.

use e2e::form::file_tip;
use e2e::install::Install;

const HEADERS: [&str; 8] = [
    "X-Forwarded-For",
    "X-Real-IP",
    "X-Client-IP",
    "True-Client-IP",
    "CF-Connecting-IP",
    "X-Cluster-Client-IP",
    "Forwarded",
    "Via",
];
const VALUES: [&str; 6] = [
    "198.51.100.1",
    "198.51.100.2, 203.0.113.9",
    "::ffff:198.51.100.3",
    "2001:db8::1",
    "for=198.51.100.4;proto=https",
    "127.0.0.1, ::1, unknown",
];

fn install() -> Install {
    Install::new()
        .with("limits.prompt_per_hour", 3)
        .with("delivery.delay_max_seconds", 86_400)
}

fn prompt(install: &Install) -> usize {
    let listed = install.run_well(&["outbox", "list"], &[]);
    let of_class = |line: &&str| line.split_whitespace().any(|word| word == "prompt");
    listed.lines().filter(of_class).count()
}

#[test]
fn no_header_of_any_name_and_spelling_makes_a_client_somebody_else() {
    let install = install();
    let service = install.start();
    for header in HEADERS {
        for value in VALUES {
            let mut visitor = service
                .visitor()
                .with_header(header, value)
                .with_header(&header.to_lowercase(), "192.0.2.200");
            file_tip(&mut visitor, "换了地址");
        }
    }
    assert_eq!(prompt(&install), 3);
}

#[test]
fn behind_the_proxy_an_address_is_the_same_in_ipv4_and_mapped_and_only_the_last_hop_counts() {
    let install = install().with("server.trusted_proxies", vec!["127.0.0.1"]);
    let service = install.start();
    let last = ["203.0.113.5", "::ffff:203.0.113.5", "::ffff:cb00:7105"];
    for (number, last) in last.iter().cycle().take(9).enumerate() {
        let hops = format!("198.51.100.{number}, 192.0.2.{number},{last}");
        file_tip(
            &mut service.visitor().with_header("X-Forwarded-For", &hops),
            "几跳",
        );
    }
    assert_eq!(
        prompt(&install),
        3,
        "one client, however its address is written"
    );
    // Who is not the proxy cannot speak for others, even with the proxy's own words.
    for number in 0..9 {
        let mut visitor = service
            .visitor()
            .at([127, 0, 0, 9])
            .with_header("X-Forwarded-For", &format!("203.0.113.{}", 50 + number));
        file_tip(&mut visitor, "不是代理");
    }
    assert_eq!(prompt(&install), 6);
}
