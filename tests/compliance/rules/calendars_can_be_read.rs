//! Calendar files are read by every calendar (RFC 5545): lines end in CR LF and hold 75 bytes at the
//! most, parts open and close in pairs, each event has its name, stamp, beginning and summary.

use crate::rule::{Fault, Finding, Ground, Rule, swap};
use crate::site::Site;

/// Bytes of a line, without its end.
const LONGEST: usize = 75;

/// What each part must hold once.
const REQUIRED: &[(&str, &[&str])] = &[
    ("VCALENDAR", &["VERSION", "PRODID"]),
    ("VEVENT", &["UID", "DTSTAMP", "DTSTART", "SUMMARY"]),
];

const NEXT: &str = "public/torch-relay/next.ics";

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &swap(NEXT, "VERSION:2.0\r\n", "VERSION:2.0\n"),
            finds: "next.ics: a line does not end in CR LF",
        },
        Fault {
            plants: &swap(
                NEXT,
                "火炬传递",
                "火炬传递火炬传递火炬传递火炬传递火炬传递火炬传递火炬传递",
            ),
            finds: "next.ics: a line of 92 bytes",
        },
        Fault {
            plants: &swap(NEXT, "END:VEVENT\r\n", ""),
            finds: "next.ics: VEVENT is not closed before VCALENDAR",
        },
        Fault {
            plants: &swap(NEXT, "END:VCALENDAR\r\n", ""),
            finds: "next.ics: VCALENDAR is not closed",
        },
        Fault {
            plants: &swap(NEXT, "UID:next@small\r\n", ""),
            finds: "next.ics: VEVENT with 0 UID",
        },
        Fault {
            plants: &swap(NEXT, "PRODID:-//small//site//ZH\r\n", ""),
            finds: "next.ics: VCALENDAR with 0 PRODID",
        },
        Fault {
            plants: &swap(NEXT, "BEGIN:VEVENT", "no property\r\nBEGIN:VEVENT"),
            finds: "next.ics: no property",
        },
        Fault {
            plants: &swap(NEXT, "20261120T000000Z", "2026-11-20"),
            finds: "next.ics: DTSTAMP:2026-11-20 is no time",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let names = site.names().filter(|name| name.ends_with(".ics"));
    let findings = names.flat_map(|name| {
        let text = site.text(name).unwrap_or_default();
        of_calendar(&text)
            .into_iter()
            .map(move |what| Finding::new(name, what))
    });
    findings.collect()
}

fn of_calendar(text: &str) -> Vec<String> {
    let ends = text.matches("\r\n").count();
    if !text.ends_with("\r\n") || text.matches('\n').count() != ends {
        return vec!["a line does not end in CR LF".into()];
    }
    let lines: Vec<&str> = text.split_terminator("\r\n").collect();
    let long = lines.iter().filter(|line| line.len() > LONGEST);
    let mut wrong: Vec<String> = long
        .map(|line| format!("a line of {} bytes", line.len()))
        .collect();
    // A line that begins with a space goes on with the one above.
    let whole = text.replace("\r\n ", "");
    let mut open: Vec<(&str, Vec<&str>)> = Vec::new();
    for line in whole.split_terminator("\r\n") {
        let Some((name, value)) = line.split_once(':') else {
            wrong.push(format!("{line} is no property"));
            continue;
        };
        let name = name.split(';').next().unwrap_or_default();
        match (name, open.last_mut()) {
            ("BEGIN", _) => open.push((value, Vec::new())),
            ("END", Some((part, _))) if *part == value => {
                let (part, properties) = open.pop().unwrap_or_default();
                wrong.extend(lacking(part, &properties));
            }
            ("END", Some((part, _))) => {
                wrong.push(format!("{part} is not closed before {value}"));
                return wrong;
            }
            (_, Some((_, properties))) => properties.push(name),
            (_, None) => wrong.push(format!("{name} stands outside")),
        }
        if name.starts_with("DT") && !is_time(value) {
            wrong.push(format!("{line} is no time"));
        }
    }
    let left = open.iter().map(|(part, _)| format!("{part} is not closed"));
    wrong.extend(left);
    wrong
}

fn lacking(part: &str, properties: &[&str]) -> Vec<String> {
    let required = REQUIRED.iter().filter(|(known, _)| *known == part);
    let required = required.flat_map(|(_, names)| names.iter());
    let counted = required.map(|name| (name, properties.iter().filter(|had| *had == name).count()));
    counted
        .filter(|(_, count)| *count != 1)
        .map(|(name, count)| format!("{part} with {count} {name}"))
        .collect()
}

/// A day or a time in the calendar's own way of writing.
fn is_time(value: &str) -> bool {
    let form: String = value
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    ["00000000", "00000000T000000", "00000000T000000Z"].contains(&form.as_str())
}
