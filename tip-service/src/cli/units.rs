//! `units check`: who gets what, in words, and how long the units' keys last.

use std::path::Path;
use std::sync::Arc;

use anyhow::Result;
use clap::Subcommand;

use super::serve::{all_open, load};
use super::{ConfigArg, say};
use crate::clock::{Clock, SystemClock};
use crate::config::Loaded;
use crate::units::{Duty, Unit, WEEKDAYS, cert_days};

#[derive(Subcommand)]
pub(super) enum What {
    /// 谁收什么，钥匙还能用多久 · who gets what, and how long the keys last
    Check {
        #[command(flatten)]
        config: ConfigArg,
    },
}

/// So many days before its end a certificate is worth a warning here; the log raises an alarm later.
const WARNING_DAYS: u64 = 60;

pub(super) fn run(what: &What) -> Result<()> {
    let What::Check { config } = what;
    check(&config.config)
}

fn check(file: &Path) -> Result<()> {
    let loaded = load(file)?;
    say("谁收什么 · who gets what（第一条合适的路线 · by the first route that fits）");
    for line in in_columns(&routing(&loaded)) {
        say(&line);
    }
    say("");
    say("单位和钥匙 · units and keys");
    let now = SystemClock.unix();
    for unit in loaded.register.all() {
        for line in about(unit, now) {
            say(&line);
        }
    }
    all_open(&loaded)
}

/// Where tips of some kinds about a place go: an ordinary one, one about officials.
struct Row {
    place: String,
    kinds: String,
    usual: String,
    past: String,
}

impl Row {
    fn cells(&self) -> [&str; 4] {
        [&self.place, &self.kinds, &self.usual, &self.past]
    }
}

/// The table, its head first.
fn routing(loaded: &Loaded) -> Vec<Row> {
    let mut rows = vec![Row {
        place: "地点 place".to_owned(),
        kinds: "种类 kinds".to_owned(),
        usual: "一般 ordinary".to_owned(),
        past: "涉公职人员 officials".to_owned(),
    }];
    let counties = loaded.places.counties.iter();
    let known = counties.map(|county| (county.name.as_str(), Some(county.code.as_str())));
    for (name, code) in known.chain([("不清楚 unknown", None)]) {
        rows.extend(of_place(loaded, name, code));
    }
    rows
}

/// Kinds that go the same way share a row.
fn of_place(loaded: &Loaded, name: &str, code: Option<&str>) -> Vec<Row> {
    let mut rows: Vec<Row> = Vec::new();
    for kind in &loaded.kinds.kinds {
        let to = |officials| takers(loaded.register.route(&kind.id, code, officials));
        let (usual, past) = (to(false), to(true));
        let mut known = rows.iter_mut();
        if let Some(row) = known.find(|row| row.usual == usual && row.past == past) {
            row.kinds = format!("{}、{}", row.kinds, kind.name.chinese());
        } else {
            rows.push(Row {
                place: name.to_owned(),
                kinds: kind.name.chinese().to_owned(),
                usual,
                past,
            });
        }
    }
    if let [row] = rows.as_mut_slice() {
        "全部 all".clone_into(&mut row.kinds);
    }
    rows
}

/// The units, each with whoever stands in for it.
fn takers(units: &[Arc<Unit>]) -> String {
    let taker = |unit: &Arc<Unit>| match &unit.duty {
        None => unit.id.clone(),
        Some(duty) => format!("{}（值班外 off duty: {}）", unit.id, duty.otherwise),
    };
    let takers: Vec<String> = units.iter().map(taker).collect();
    takers.join(" + ")
}

/// On a terminal a Chinese character is two columns wide.
fn width(text: &str) -> usize {
    text.chars().map(|c| if c.is_ascii() { 1 } else { 2 }).sum()
}

fn in_columns(rows: &[Row]) -> Vec<String> {
    let mut widths = [0; 4];
    for row in rows {
        for (widest, cell) in widths.iter_mut().zip(row.cells()) {
            *widest = width(cell).max(*widest);
        }
    }
    let line = |row: &Row| {
        let cells = row.cells().into_iter().zip(widths);
        let padded =
            cells.map(|(cell, widest)| format!("  {cell}{}", " ".repeat(widest - width(cell))));
        padded.collect::<String>().trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// A unit in words: name, mail, supervisor, its hours if it has any, then a line for each certificate.
fn about(unit: &Unit, now: u64) -> Vec<String> {
    let supervisor = unit.supervisor.as_deref().unwrap_or("没有 none");
    let mut lines = vec![format!(
        "  {}  {}，信寄到 mail to {}，督办 supervisor: {supervisor}",
        unit.id, unit.name, unit.mail
    )];
    lines.extend(unit.duty.as_ref().map(hours));
    if let Some(why) = &unit.lapse {
        lines.push(format!("    关闭 closed: {why}"));
    }
    for cert in &unit.certs {
        let until = match (cert.check(now), cert_days(cert, now)) {
            (Err(why), _) => format!("不能用 cannot be used: {why}"),
            (Ok(()), None) => "不会到期 never expires".to_owned(),
            (Ok(()), Some(days)) => until(days),
        };
        lines.push(format!("    {}  {until}", cert.fingerprint()));
    }
    lines
}

/// When it gets new tips, and who gets them else.
fn hours(duty: &Duty) -> String {
    let days = WEEKDAYS
        .iter()
        .zip(["一", "二", "三", "四", "五", "六", "日"]);
    let days = days.zip(0_u32..).filter(|(_, day)| duty.days.contains(day));
    let (english, chinese): (Vec<&str>, Vec<&str>) = days.map(|(names, _)| names).unzip();
    let time = |minutes: u32| format!("{:02}:{:02}", minutes / 60, minutes % 60);
    let next = if duty.to <= duty.from {
        "次日 next day "
    } else {
        ""
    };
    let closed: Vec<String> = duty.closed.iter().map(ToString::to_string).collect();
    let closed = if closed.is_empty() {
        String::new()
    } else {
        format!("，除了 except {}", closed.join("、"))
    };
    format!(
        "    值班 on duty: 周{} {} {}–{next}{}{closed}；其余时间的新举报转到 new tips at other times go to: {}",
        chinese.join("、"),
        english.join(" "),
        time(duty.from),
        time(duty.to),
        duty.otherwise
    )
}

fn until(days: u64) -> String {
    if days < WARNING_DAYS {
        format!(
            "注意：还有 {days} 天到期，请换新的 · WARNING: expires in {days} days, get a new one"
        )
    } else {
        format!("还有 {days} 天 · {days} days left")
    }
}
