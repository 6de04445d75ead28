//! What a rule is, how it is held against the built site, and how it proves that it can fail.

use std::io::Write;

use crate::fixture::sound;
use crate::site::Site;

/// One complaint: where, and what about it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(crate) struct Finding {
    /// The page's address or the file's name.
    pub(crate) page: String,
    /// What is wrong with it, for somebody who is to put it right.
    pub(crate) what: String,
}

impl Finding {
    /// A complaint about a page or a file.
    pub(crate) fn new(page: impl Into<String>, what: impl Into<String>) -> Self {
        let (page, what) = (page.into(), what.into());
        Self { page, what }
    }

    fn line(&self) -> String {
        format!("{}: {}", self.page, self.what)
    }
}

/// A rule: a plain function over a site, and faults that it must find.
pub(crate) struct Rule {
    /// Finds what breaks the rule.
    pub(crate) check: fn(&Site) -> Vec<Finding>,
    /// The site into which the faults are planted.
    pub(crate) ground: Ground,
    /// Faults, each of which the rule must find, and nothing besides.
    pub(crate) faults: &'static [Fault],
}

/// The site into which faults are planted.
#[derive(Clone, Copy)]
pub(crate) enum Ground {
    /// The small sound site of `fixtures/`: it breaks no rule.
    Sound,
    /// The built site: for rules about this very site, which a small one cannot keep.
    Built,
}

/// Changes to a site, and a part of the one finding that they must lead to.
pub(crate) struct Fault {
    /// What is changed.
    pub(crate) plants: &'static [Plant],
    /// A part of the finding, its page or file included.
    pub(crate) finds: &'static str,
}

/// A change to a site.
pub(crate) enum Plant {
    /// In this file, this text becomes that one, wherever it stands.
    Swap(&'static str, &'static str, &'static str),
    /// A file with this text comes into being, in the place of one that is there.
    Add(&'static str, &'static str),
    /// The file is gone.
    Drop(&'static str),
    /// The file ends in a comment of so many bytes that do not compress.
    Bulk(&'static str, usize),
    /// Of the pages right below this folder only so many are left.
    Keep(&'static str, usize),
    /// The day is another.
    Today(&'static str),
}

/// One change to one file: the usual fault.
pub(crate) const fn swap(file: &'static str, old: &'static str, new: &'static str) -> [Plant; 1] {
    [Plant::Swap(file, old, new)]
}

/// Tells something that fails nothing, also when the test passes: what tests print is held back.
pub(crate) fn say(what: &str) {
    let _ = writeln!(std::io::stderr(), "{what}");
}

/// Fails with everything the rule finds on the built site.
pub(crate) fn holds(rule: &Rule) {
    let lines: Vec<String> = (rule.check)(&Site::built())
        .iter()
        .map(Finding::line)
        .collect();
    assert!(
        lines.is_empty(),
        "{} findings:\n{}",
        lines.len(),
        lines.join("\n")
    );
}

/// Plants each fault by itself and fails unless the rule finds it, and nothing besides.
pub(crate) fn finds_its_faults(rule: &Rule) {
    assert!(!rule.faults.is_empty(), "no fault is planted for this rule");
    let ground = match rule.ground {
        Ground::Sound => sound(),
        Ground::Built => Site::built(),
    };
    let before = (rule.check)(&ground);
    if matches!(rule.ground, Ground::Sound) {
        assert_eq!(before, [], "the sound site breaks the rule");
    }
    for Fault { plants, finds } in rule.faults {
        let mut after = (rule.check)(&ground.with(plants));
        after.retain(|finding| !before.contains(finding));
        let lines: Vec<String> = after.iter().map(Finding::line).collect();
        assert!(
            lines.len() == 1 && lines.iter().all(|line| line.contains(finds)),
            "instead of one finding about {finds:?}: {lines:#?}"
        );
    }
}
