//! The feed of news is one that readers read: well-formed XML, with what RFC 4287 requires, newest
//! first, each entry leading to its page.

use roxmltree::{Document, Node};

use crate::day::Day;
use crate::rule::{Fault, Finding, Ground, Rule, swap};
use crate::site::Site;

const FILE: &str = "news/atom.xml";
const ATOM: &str = "http://www.w3.org/2005/Atom";

const FEED: &str = "public/news/atom.xml";

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Sound,
    faults: &[
        Fault {
            plants: &swap(FEED, "</entry>", ""),
            finds: "is no XML",
        },
        Fault {
            plants: &swap(FEED, "<author><name>小站</name></author>", ""),
            finds: "feed: 0 author",
        },
        Fault {
            plants: &swap(
                FEED,
                "<summary>做了一件事。</summary>",
                "<title>又一个</title>",
            ),
            finds: "entry: 2 title",
        },
        Fault {
            plants: &swap(FEED, "T00:00:00+08:00", ""),
            finds: "feed: updated 2026-11-20 is no time",
        },
        Fault {
            plants: &swap(FEED, "/news/first/", "/news/gone/"),
            finds: "/news/gone/ is no page",
        },
        Fault {
            plants: &swap(FEED, "000000000001", "000000000000"),
            finds: "urn:uuid:00000000-0000-8000-a000-000000000000 stands twice",
        },
        Fault {
            plants: &swap(
                FEED,
                "http://www.w3.org/2005/Atom",
                "http://www.w3.org/2005/atom",
            ),
            finds: "is no feed",
        },
    ],
};

fn check(site: &Site) -> Vec<Finding> {
    let wrong = match site.text(FILE) {
        None => vec!["is not there".to_string()],
        Some(text) => match Document::parse(&text) {
            Err(error) => vec![format!("is no XML: {error}")],
            Ok(document) => of_feed(site, document.root_element()),
        },
    };
    wrong
        .into_iter()
        .map(|what| Finding::new(FILE, what))
        .collect()
}

fn of_feed(site: &Site, feed: Node<'_, '_>) -> Vec<String> {
    if !feed.has_tag_name((ATOM, "feed")) {
        return vec!["is no feed".into()];
    }
    let mut wrong = of_part(feed, "feed", &["title", "id", "updated", "author"]);
    if wrong.iter().any(|what| what.contains("is no time")) {
        return wrong;
    }
    let mut ids = vec![text(feed, "id")];
    let mut above: Option<Day> = None;
    for entry in children(feed, "entry") {
        wrong.extend(of_part(entry, "entry", &["title", "id", "updated"]));
        let id = text(entry, "id");
        if ids.contains(&id) {
            wrong.push(format!("{id} stands twice"));
        }
        ids.push(id);
        let link = children(entry, "link").next();
        let target = link
            .and_then(|link| link.attribute("href"))
            .unwrap_or_default();
        let inside = target.strip_prefix(&site.base).unwrap_or(target);
        if site.page(inside).is_none() {
            wrong.push(format!("{target} is no page"));
        }
        let day = Day::parse(text(entry, "published"));
        if above.is_some() && day > above {
            wrong.push(format!("{target} is newer than the entry above"));
        }
        above = day;
    }
    wrong
}

/// What is missing or double of a feed or an entry.
fn of_part(part: Node<'_, '_>, name: &str, required: &[&str]) -> Vec<String> {
    let counted = required
        .iter()
        .map(|child| (child, children(part, child).count()));
    let mut wrong: Vec<String> = counted
        .filter(|(_, count)| *count != 1)
        .map(|(child, count)| format!("{name}: {count} {child}"))
        .collect();
    let time = text(part, "updated");
    let form: String = time
        .chars()
        .map(|c| if c.is_ascii_digit() { '0' } else { c })
        .collect();
    if form != "0000-00-00T00:00:00+00:00" || Day::parse(time).is_none() {
        wrong.push(format!("{name}: updated {time} is no time"));
    }
    wrong
}

fn children<'a, 'b: 'a>(
    of: Node<'a, 'b>,
    name: &'a str,
) -> impl Iterator<Item = Node<'a, 'b>> + 'a {
    of.children()
        .filter(move |child| child.has_tag_name((ATOM, name)))
}

fn text<'a>(of: Node<'a, '_>, name: &'a str) -> &'a str {
    let child = of.children().find(|child| child.has_tag_name((ATOM, name)));
    child.and_then(|child| child.text()).unwrap_or_default()
}
