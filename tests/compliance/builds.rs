//! The site built in other ways than for the root of a host today: below another path, with events
//! of another day, with a page that is wrong. Each is built from a copy by the same command, into a
//! folder that is gone with the test.

use std::os::unix::fs::symlink;
use std::path::PathBuf;
use std::process::{Command, Output};

use e2e::machine::{files_under, repository, run, words};
use tempfile::TempDir;

use crate::rule::Finding;
use crate::rules::{self, SERVICE};
use crate::site::{Site, article};

const BASE: &str = "/jindu";
/// The day of the made-up event.
const DAY: &str = "2027-06-12";

/// An event that is not in the data, with all that an event can have.
const EVENT: &str = r#"
[[event]]
id = "made-up"
name = "试验的火炬传递，名字长一些，好让日历里的一行装不下，要折到下一行去"
date = "2027-06-12"
updated = "2026-11-24"
start = "08:30"
end = "11:00"
places = ["人民广场", "平安广场"]
summary = "这是试验用的活动，有路线，有时间。"
source = "试验"
participate = "谁都可以来。"
stops = [{ name = "人民广场", time = "08:30" }, { name = "平安广场", time = "10:30" }]
"#;

/// A copy of the site and of the tools that build it.
struct Workshop {
    folder: TempDir,
}

impl Workshop {
    fn open() -> Self {
        let folder = tempfile::Builder::new()
            .prefix("site-")
            .tempdir()
            .expect("a folder");
        let (from, to) = (repository(), folder.path());
        let is_tool = |path: &PathBuf| {
            path.parent()
                .is_some_and(|parent| parent.ends_with("tools"))
        };
        let tools = files_under(&from.join("tools")).into_iter().filter(is_tool);
        let site = files_under(&from.join("site")).into_iter();
        let site = site.filter(|path| !path.starts_with(from.join("site/public")));
        for path in site.chain(tools) {
            let copy = to.join(path.strip_prefix(&from).expect("it lies below"));
            std::fs::create_dir_all(copy.parent().expect("it lies in a folder")).expect("a folder");
            std::fs::copy(&path, &copy).expect("a copy");
        }
        // The programs that the tools have fetched once are not fetched again.
        for cache in [".zola", ".pagefind", ".openpgpjs"] {
            let (fetched, link) = (from.join("tools").join(cache), to.join("tools").join(cache));
            if fetched.exists() {
                std::fs::create_dir(&link).expect("a folder");
                for entry in std::fs::read_dir(&fetched).expect("a folder").flatten() {
                    if entry.file_name() != "stamps" {
                        symlink(entry.path(), link.join(entry.file_name())).expect("a link");
                    }
                }
            }
        }
        Self { folder }
    }

    /// Adds text to the end of a file.
    fn append(&self, file: &str, text: &str) {
        let path = self.folder.path().join(file);
        let old = std::fs::read_to_string(&path).expect(file);
        std::fs::write(&path, old + text).expect(file);
    }

    fn swap(&self, file: &str, old: &str, new: &str) {
        let path = self.folder.path().join(file);
        let text = std::fs::read_to_string(&path).expect(file);
        assert!(text.contains(old), "{file} does not hold {old:?}");
        std::fs::write(&path, text.replace(old, new)).expect(file);
    }

    fn build(&self, settings: &[(&str, &str)]) -> Output {
        let mut command = Command::new(self.folder.path().join("tools/build-site"));
        run(command.envs(settings.iter().copied()))
    }

    /// Builds, fails unless that succeeds, and reads what came out.
    fn site(&self, settings: &[(&str, &str)]) -> Site {
        let output = self.build(settings);
        assert!(output.status.success(), "{settings:?}: {}", words(&output));
        let base = settings.iter().find(|(name, _)| *name == "BASE_PATH");
        let base = base.map_or("", |(_, base)| base);
        let (public, data) = ("site/public", "site/data");
        let at = |name: &str| self.folder.path().join(name);
        Site::read(&at(public), &at(data), base).beside(article())
    }
}

/// Everything that the rules find, with the name of the rule.
fn findings(site: &Site) -> Vec<(&'static str, Finding)> {
    let all = rules::ALL.iter();
    all.flat_map(|(name, rule)| {
        (rule.check)(site)
            .into_iter()
            .map(|finding| (*name, finding))
    })
    .collect()
}

#[test]
fn below_another_path_every_link_stays_inside_and_every_rule_holds() {
    let site = Workshop::open().site(&[("BASE_PATH", BASE)]);
    assert_eq!(findings(&site), []);
    let inside = format!("{BASE}/");
    let mut links = 0;
    for page in site.pages_and_shell() {
        let mut targets = page.attributes("[href]", "href");
        targets.extend(page.attributes("[src]", "src"));
        targets.extend(page.attributes("form", "action"));
        for target in targets.iter().filter(|target| target.starts_with('/')) {
            assert!(target.starts_with(&inside), "{}: {target}", page.address);
            links += 1;
        }
    }
    assert!(links > 1000, "hardly any links: {links}");
    for route in SERVICE {
        let path = format!("{BASE}{route}");
        let is_linked = site
            .pages()
            .any(|page| page.has(&format!("a[href='{path}']")));
        assert!(
            is_linked || route.ends_with("/exit/"),
            "nothing leads to {path}"
        );
    }
}

#[test]
fn an_event_is_drawn_by_its_day_and_can_be_put_into_a_calendar() {
    let workshop = Workshop::open();
    workshop.append("site/data/events.toml", EVENT);
    for (today, state, has_calendar) in [
        ("2027-06-11", "即将举行", true),
        (DAY, "今天", false),
        ("2027-06-13", "已经举行", false),
    ] {
        let site = workshop.site(&[("SITE_TODAY", today)]);
        assert_eq!(findings(&site), [], "on {today}");
        let page = site.page("/torch-relay/").expect("the page");
        let shown = page
            .text("#event-made-up .event__state")
            .unwrap_or_default();
        assert!(shown.contains(state), "on {today}: {shown}");
        let text = page.text("#event-made-up").unwrap_or_default();
        for part in ["试验的火炬传递", "人民广场", "平安广场", "谁都可以来"] {
            assert!(text.contains(part), "on {today} without {part}: {text}");
        }
        let calendar = site.text("torch-relay/made-up.ics");
        assert_eq!(calendar.is_some(), has_calendar, "the calendar on {today}");
        // 08:30 in Liaoyuan is half past midnight at Greenwich.
        let begins = calendar.is_some_and(|text| text.contains("DTSTART:20270612T003000Z"));
        assert_eq!(begins, has_calendar, "on {today}");
    }
}

#[test]
fn home_says_what_the_season_asks_for() {
    let workshop = Workshop::open();
    for (today, banner) in [
        ("2027-05-01", "罂粟一株也不能种"),
        ("2027-06-26", "国际禁毒日"),
        ("2027-09-01", "开学"),
        ("2027-12-31", "毒品常常换一副样子"),
    ] {
        let site = workshop.site(&[("SITE_TODAY", today)]);
        assert_eq!(findings(&site), [], "on {today}");
        let home = site.page("/").expect("home");
        let shown = home.text(".season").unwrap_or_default();
        assert!(shown.contains(banner), "on {today}: {shown}");
    }
}

#[test]
fn hashes_of_the_scripts_that_seal_are_printed_with_the_units_once_they_are_published() {
    let workshop = Workshop::open();
    let site = workshop.site(&[]);
    let printed = |site: &Site| site.page("/report/").expect("it").text("#sealing + ul");
    assert_eq!(printed(&site), None);
    let hashes = site.text("seal/register.toml").expect("the site has it");
    let register = "site/data/units.toml";
    workshop.swap(
        register,
        "[[unit]]\nid = \"city\"",
        &format!("{hashes}\n[[unit]]\nid = \"city\""),
    );
    let site = workshop.site(&[]);
    assert_eq!(findings(&site), []);
    let shown = printed(&site).expect("the hashes");
    let published: Vec<&str> = hashes.split('"').skip(1).step_by(2).collect();
    assert_eq!(published.len(), 4, "{hashes}");
    for hash in published {
        assert!(
            hash.starts_with("sha384-") && shown.contains(hash),
            "{hash}: {shown}"
        );
    }
}

#[test]
fn a_page_that_is_wrong_is_named_with_the_reason_in_plain_words() {
    const PAGE: &str = "site/content/news/2018-04-28-schools.md";
    let faults: &[(&str, &str, &str)] = &[
        (
            "source = \"辽源市公安局禁毒支队供稿（2019年6月）\"\n",
            "",
            "source",
        ),
        ("description = \"", "about = \"", "description"),
        ("updated = \"2026-11-24\"\n", "", "updated"),
        ("audience = \"", "readers = \"", "audience"),
        ("@/campaigns/schools.md", "@/campaigns/gone.md", "gone.md"),
        ("这一天，", "<b style=\"color: red\">这一天</b>，", "内联"),
        (
            "这一天，",
            "<img src=\"https://example.org/a.png\" alt=\"\">这一天，",
            "别的网站",
        ),
    ];
    for (old, new, reason) in faults {
        let workshop = Workshop::open();
        workshop.swap(PAGE, old, new);
        let output = workshop.build(&[]);
        let said = words(&output);
        assert_eq!(output.status.code(), Some(65), "{new}: {said}");
        assert!(said.contains("网站没有生成"), "{said}");
        assert!(
            said.contains("2018-04-28-schools") && said.contains(reason),
            "{reason}: {said}"
        );
        assert!(
            !workshop.folder.path().join("site/public").exists(),
            "{reason}: a wrong site was put up"
        );
    }
}
