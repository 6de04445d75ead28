//! What the operator reads, word for word, for the mistakes that are made most.

use super::house::{DEV, House, REFERENCE};

#[test]
fn a_misspelt_key() {
    let house = House::new();
    house.replace(DEV, "exit_url", "exit_ulr");
    let line = house.line(DEV, "exit_ulr");
    assert_eq!(
        house.complaint(DEV),
        format!(
            "tip-service: config/dev.toml: server.exit_ulr: there is no such key (line {line})
  hint: did you mean exit_url?
  没有这个配置项，请核对拼写"
        )
    );
}

#[test]
fn a_missing_key() {
    let house = House::new();
    house.replace(DEV, "telephone = \"110\"\n", "");
    let line = house.line(DEV, "[server]");
    assert_eq!(
        house.complaint(DEV),
        format!(
            "tip-service: config/dev.toml: server.telephone: is missing (line {line})
  hint: add it; config/tip-service.toml and the files beside it show every key
  缺少必填的配置项"
        )
    );
}

#[test]
fn a_number_out_of_range() {
    let house = House::new();
    house.replace(REFERENCE, "port = 587 ", "port = 0 ");
    let line = house.line(REFERENCE, "port = 0");
    assert_eq!(
        house.complaint(REFERENCE),
        format!(
        "tip-service: config/tip-service.toml: mail.transport.port: must be from 1 to 65535, not 0 (line {line})
  hint: the reference file says what the number is for
  配置项的值不对"
        )
    );
}

#[test]
fn a_password_in_the_configuration_itself() {
    let house = House::new();
    house.replace(
        REFERENCE,
        "username = \"tips\"",
        "password = \"hunter2\"\nusername = \"tips\"",
    );
    let said = house.complaint(REFERENCE);
    let line = house.line(REFERENCE, "password = ");
    assert_eq!(
        said,
        format!(
        "tip-service: config/tip-service.toml: mail.transport.password: there is no such key (line {line})
  hint: secrets stand in files of their own: write password_file = \"path\"
  没有这个配置项，请核对拼写"
        )
    );
    assert!(!said.contains("hunter2"));
}

#[test]
fn a_password_file_that_everybody_can_read() {
    let house = House::new();
    house.open_to_others("config/smtp-password");
    let line = house.line(REFERENCE, "password_file = ");
    assert_eq!(
        house.complaint(REFERENCE),
        format!(
        "tip-service: config/tip-service.toml: mail.transport.password_file: config/smtp-password is open to everybody on the machine (line {line})
  hint: chmod 600, owned by the service's account
  配置项的值不对"
        )
    );
}

#[test]
fn a_site_that_is_not_built_and_a_unit_that_is_not_there_are_told_at_once() {
    let house = House::new();
    house.replace(DEV, "../site/public", "../site/pubic");
    house.replace(
        "config/units.toml",
        "units = [\"dongliao\"]",
        "units = [\"donglaio\"]",
    );
    let root = house.line(DEV, "site/pubic");
    let route = house.line("config/units.toml", "donglaio");
    assert_eq!(
        house.complaint(DEV),
        format!(
            "tip-service: config/dev.toml: site.root: there is no folder site/pubic (line {root})
  hint: build the site first: make site
  所指的对象不存在
tip-service: config/units.toml: route[5].units[0]: there is no \"donglaio\" (line {route})
  hint: did you mean dongliao?
  所指的对象不存在"
        )
    );
}

#[test]
fn a_file_that_is_not_toml() {
    let house = House::new();
    house.replace(DEV, "telephone = \"110\"", "telephone = 1 1 0");
    let said = house.complaint(DEV);
    let line = house.line(DEV, "1 1 0");
    assert!(said.starts_with("tip-service: config/dev.toml: "), "{said}");
    assert!(
        said.contains(&format!(
            "(line {line})\n  hint: text stands in quotation marks"
        )),
        "{said}"
    );
}

#[test]
fn a_file_that_is_not_there() {
    let house = House::new();
    house.replace(DEV, "\"kinds.toml\"", "\"kind.toml\"");
    let line = house.line(DEV, "kind.toml");
    assert_eq!(
        house.complaint(DEV),
        format!(
        "tip-service: config/dev.toml: registers.kinds: config/kind.toml cannot be read: No such file or directory (os error 2) (line {line})
  hint: check the path, the file's owner and its permissions
  文件读不出来"
        )
    );
}

#[test]
fn waits_and_lifetimes_that_contradict_each_other() {
    let house = House::new();
    house.replace(
        DEV,
        "retry_max_seconds = 10",
        "retry_max_seconds = 1\n[retention]\nmailbox_days = 7\nmailbox_jitter_days = 7",
    );
    house.replace(DEV, "retry_min_seconds = 1\n", "retry_min_seconds = 2\n");
    let said = house.complaint(DEV);
    assert!(
        said.contains("delivery.retry_min_seconds: is more than retry_max_seconds"),
        "{said}"
    );
    assert!(
        said.contains("retention.mailbox_jitter_days: must be less than mailbox_days"),
        "{said}"
    );
}

#[test]
fn a_field_that_the_form_has_already() {
    let house = House::new();
    house.replace("config/kinds.toml", "\"other_more\"", "\"danger\"");
    assert!(
        house
            .complaint(DEV)
            .contains(": the form already has a field \"danger\"")
    );
}
