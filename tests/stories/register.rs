//! `units check`: the operator reads who gets what and when, and which keys will soon be of no use.

use e2e::install::Install;
use e2e::machine::words;

/// An installation whose keys never expire, but that of 东丰县: it does after so many days.
fn install(days: u32) -> Install {
    let install = Install::new();
    for unit in ["city", "longshan", "xian", "dongliao", "oversight"] {
        install.make_key(unit);
    }
    install.make_key_for("dongfeng", days);
    install
}

/// The words of the row that begins with this place, for this kind or all of them.
fn row<'a>(said: &'a str, place: &str, kind: &str) -> Vec<&'a str> {
    let mut rows = said
        .lines()
        .map(|line| line.split_whitespace().collect::<Vec<_>>());
    let found =
        rows.find(|row| row.first() == Some(&place) && row.iter().any(|word| word.contains(kind)));
    found.unwrap_or_else(|| panic!("no {kind} of {place} in:\n{said}"))
}

#[test]
fn the_table_says_who_gets_what_and_a_key_s_last_sixty_days_are_told() {
    let said = install(59).run_well(&["units", "check"], &[]);
    assert_eq!(
        row(&said, "东丰县", "非法种植")[2..],
        ["dongfeng", "oversight"]
    );
    assert_eq!(row(&said, "东丰县", "贩卖运输")[2..], ["city", "oversight"]);
    assert_eq!(row(&said, "不清楚", "全部").last(), Some(&"oversight"));
    // One row for each way: the kinds that cross county borders, the others; all alike where the place is not known.
    assert_eq!(said.matches("  东丰县 ").count(), 2, "{said}");
    assert_eq!(said.matches("  不清楚 ").count(), 1, "{said}");
    assert_eq!(said.matches("WARNING").count(), 1, "{said}");
    let (_, after) = said
        .split_once("\n  dongfeng  ")
        .expect("the unit's own lines");
    let mut lines = after.lines().skip(1);
    let warning = lines.next().unwrap_or_default();
    assert!(warning.contains("WARNING: expires in 58 days"), "{said}");
    assert_eq!(said.matches("never expires").count(), 5, "{said}");
}

#[test]
fn a_key_with_sixty_days_and_more_is_no_warning() {
    let said = install(62).run_well(&["units", "check"], &[]);
    assert!(said.contains("61 days left"), "{said}");
    assert!(!said.contains("WARNING"), "{said}");
}

#[test]
fn a_unit_whose_form_is_closed_makes_it_fail_and_says_what_to_do() {
    let install = install(59);
    std::fs::remove_file(install.path("keys/xian.cert.asc")).expect("it was made");
    let output = install.run(&["units", "check"], &[]);
    let said = words(&output);
    assert!(!output.status.success(), "{said}");
    assert!(said.contains("xian: ") && said.contains("hint: "), "{said}");
    assert!(said.contains("关闭 closed: "), "{said}");
}

#[test]
fn who_stands_in_for_a_unit_off_duty_is_in_the_table_and_in_words() {
    let said = install(62)
        .with_duty_hours()
        .run_well(&["units", "check"], &[]);
    let row = row(&said, "东丰县", "非法种植");
    assert_eq!(
        row[2..],
        ["dongfeng（值班外", "off", "duty:", "city）", "oversight"]
    );
    let (_, after) = said
        .split_once("\n  dongfeng  ")
        .expect("the unit's own lines");
    let hours = after.lines().nth(1).unwrap_or_default();
    for word in [
        "值班 on duty: 周一、二、三、四、五、六、日 mon tue",
        " 08:00–20:00；其余时间",
        "go to: city",
    ] {
        assert!(hours.contains(word), "{word}: {said}");
    }
    assert_eq!(said.matches("值班 on duty").count(), 1, "{said}");
}
