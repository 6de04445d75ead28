//! Times that tell when: elsewhere in archives, in files' dates, in keys. Here a day is the finest that any row, file, header or
//! packet knows. Every whole number in every table is looked at, whatever its column is called.

use std::os::unix::fs::MetadataExt;
use std::time::{SystemTime, UNIX_EPOCH};

use e2e::database::Database;
use e2e::dialogue::{self, Tip, write_back};
use e2e::install::Install;
use e2e::letter::Letter;
use e2e::officer::Officer;

use crate::refused::assert_taken;

const DAY: i64 = 86_400;
/// Days begin at midnight in Beijing.
const BEIJING: i64 = 8 * 3_600;

fn is_midnight(second: i64) -> bool {
    (second + BEIJING) % DAY == 0
}

/// Whether a number could be a moment of this month, in seconds or any finer unit.
fn is_moment(number: i64, now: i64) -> bool {
    let units = [1, 1_000, 1_000_000, 1_000_000_000];
    units
        .iter()
        .any(|unit| (number / unit - now).abs() < 30 * DAY && !is_midnight(number / unit))
}

#[test]
fn no_row_file_header_or_packet_knows_more_than_the_day() {
    let install = Install::new();
    let service = install.start();
    let officer = Officer::of(&install, "dongfeng");
    let tip = Tip::file(
        &service,
        &officer,
        &install.path("mail/dongfeng"),
        "几点写的",
    );
    assert_taken(
        &install,
        "ask",
        &officer.reply(&tip.letter).says("询问：何时？").sealed(),
    );
    write_back(&mut service.visitor(), &tip.receipt, "昨天。");
    dialogue::assert_settled(&install);
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970")
        .as_secs();
    let now = i64::try_from(now).expect("before 2262");

    rows_know_days(&install, now);
    let letters = install.letters("dongfeng");
    assert!(letters.len() >= 2);
    for path in letters {
        let modified = std::fs::metadata(&path).expect("a letter").mtime();
        assert!(is_midnight(modified), "{}: {modified}", path.display());
        letter_knows_days(&officer, &Letter::read(&path), now);
    }
    assert!(is_moment(now, now) && is_moment(now * 1000, now) && !is_moment(20_000, now));
}

fn rows_know_days(install: &Install, now: i64) {
    let database = Database::of(install);
    let tables = database.run("SELECT name FROM sqlite_master WHERE type = 'table'");
    let mut looked_at = 0;
    for table in tables.lines() {
        let columns = database.run(&format!("SELECT name FROM pragma_table_info('{table}')"));
        for column in columns.lines() {
            // What sqlx notes of its own is when the program was installed.
            if table.starts_with("_sqlx") || table.starts_with("sqlite_") {
                continue;
            }
            let select = format!("SELECT {column} FROM {table} WHERE typeof({column}) = 'integer'");
            for number in database.run(&select).lines() {
                let number: i64 = number.parse().expect("a whole number");
                assert!(!is_moment(number, now), "{table}.{column}: {number}");
                looked_at += 1;
            }
        }
    }
    assert!(looked_at > 20, "only {looked_at} numbers");
}

fn letter_knows_days(officer: &Officer, letter: &Letter, now: i64) {
    let date = letter.header("Date").expect("a date");
    assert!(date.ends_with("16:00:00 +0000"), "{date}");
    let said = officer.ring.gpg(&["--list-packets"], &letter.payload());
    let packets = e2e::machine::words(&said);
    assert!(
        packets.contains("literal data packet"),
        "not decrypted: {packets}"
    );
    let times = packets
        .split("created ")
        .skip(1)
        .filter_map(|rest| rest.split([',', ' ', '\n']).next()?.parse::<i64>().ok());
    for time in times {
        assert!(!is_moment(time, now), "a packet of {time}: {packets}");
    }
    let opened = officer.open(letter);
    let inside = String::from_utf8_lossy(&opened.raw).into_owned();
    let (head, _) = inside.split_once("\r\n\r\n").expect("headers");
    assert!(
        !head.contains("\nDate:") || head.contains("16:00:00 +0000"),
        "{head}"
    );
}
