//! What OPERATIONS.md says: its numbered steps, and of each the commands as they stand there. The rehearsal types these and no
//! others, so that document and rehearsal cannot drift apart.

use e2e::machine::repository;

/// One numbered step.
pub(crate) struct Step {
    /// Its number.
    pub(crate) number: usize,
    /// What stands in bold behind the number.
    pub(crate) title: String,
    /// The lines of its indented blocks.
    pub(crate) commands: Vec<String>,
    words: String,
}

/// What somebody at the keyboard does with a line that is open in the document.
struct Typed {
    /// How the line begins.
    line: &'static str,
    /// What stands there for something else, and what for.
    instead: Option<(&'static str, &'static str)>,
    /// What is typed once it runs.
    input: &'static str,
}

/// The units of `config/units.toml`.
pub(crate) const UNITS: [&str; 6] = [
    "city",
    "longshan",
    "xian",
    "dongfeng",
    "dongliao",
    "oversight",
];
/// The password of the service's mail account.
pub(crate) const PASSWORD: &str = "geheim-4711";

const TYPED: [Typed; 5] = [
    Typed {
        line: "apt update && apt install ",
        instead: None,
        input: "y\n",
    },
    Typed {
        line: "apt install ./tip-service_",
        instead: None,
        input: "y\n",
    },
    Typed {
        line: "cp UNIT.cert.asc … ",
        instead: Some((
            "UNIT.cert.asc …",
            "city.cert.asc longshan.cert.asc xian.cert.asc dongfeng.cert.asc dongliao.cert.asc oversight.cert.asc",
        )),
        input: "",
    },
    Typed {
        line: "(umask 077; cat > /etc/tip-service/secrets/smtp-password)",
        instead: None,
        input: "geheim-4711\n",
    },
    Typed {
        line: "(umask 077; cat > /etc/postfix/relay-password)",
        instead: None,
        input: "[smtp.rehearsal.test]:587 tips:geheim-4711\n",
    },
];

/// The steps of "Live in twelve steps", in order.
pub(crate) fn steps() -> Vec<Step> {
    let path = repository().join("tip-service/OPERATIONS.md");
    let text = std::fs::read_to_string(path).expect("OPERATIONS.md is readable");
    let (_, rest) = text
        .split_once("\n## Live in twelve steps\n")
        .expect("the steps");
    let (section, _) = rest.split_once("\n## ").expect("what comes after them");
    let mut steps: Vec<Step> = Vec::new();
    for line in section.lines() {
        if let Some(step) = begun(line) {
            steps.push(step);
        } else if let Some(step) = steps.last_mut() {
            // A block lies four columns further in than the step's words, which begin behind the number.
            let block = " ".repeat(step.number.to_string().len() + 2 + 4);
            match line.strip_prefix(&block) {
                Some(command) => step.commands.push(command.to_string()),
                None => step.words += &format!("{}\n", line.trim()),
            }
        }
    }
    steps
}

fn begun(line: &str) -> Option<Step> {
    let (number, rest) = line.split_once(". **")?;
    let (title, words) = rest.split_once("**")?;
    Some(Step {
        number: number.parse().ok()?,
        title: title.trim_end_matches([',', ':', '.']).to_string(),
        commands: Vec::new(),
        words: format!("{words}\n"),
    })
}

impl Step {
    /// A command that the step names among its words, in backquotes.
    pub(crate) fn named<'a>(&self, command: &'a str) -> &'a str {
        let quoted = format!("`{command}`");
        let words = self.words.replace('\n', " ");
        assert!(
            words.contains(&quoted),
            "step {} does not name {quoted}",
            self.number
        );
        command
    }
}

/// A line of the document as it is typed, and what is typed once it runs.
pub(crate) fn typed(line: &str) -> (String, &'static str) {
    match TYPED.iter().find(|typed| line.starts_with(typed.line)) {
        None => (line.to_string(), ""),
        Some(typed) => {
            let (open, ours) = typed.instead.unwrap_or_default();
            let line = if open.is_empty() {
                line.to_string()
            } else {
                line.replace(open, ours)
            };
            (line, typed.input)
        }
    }
}

#[cfg(test)]
mod tests {
    use super::{PASSWORD, TYPED, UNITS, steps, typed};

    #[test]
    fn the_document_has_twelve_steps_with_commands_in_those_that_are_typed() {
        let steps = steps();
        let numbers: Vec<usize> = steps.iter().map(|step| step.number).collect();
        assert_eq!(numbers, (1..=12).collect::<Vec<usize>>());
        for step in &steps {
            let by_hand = [5, 6, 11, 12].contains(&step.number);
            assert_eq!(
                step.commands.is_empty(),
                by_hand,
                "step {}: {:?}",
                step.number,
                step.commands
            );
        }
    }

    #[test]
    fn each_line_that_is_open_stands_in_the_document_once_and_nothing_is_left_open() {
        let steps = steps();
        let lines: Vec<&String> = steps.iter().flat_map(|step| &step.commands).collect();
        for open in &TYPED {
            let found = lines.iter().filter(|line| line.starts_with(open.line));
            assert_eq!(found.count(), 1, "{}", open.line);
        }
        for line in lines {
            let (line, _) = typed(line);
            assert!(!line.contains('…') && !line.contains("UNIT"), "{line}");
        }
        let certificates = UNITS.map(|unit| format!("{unit}.cert.asc")).join(" ");
        assert!(
            TYPED
                .iter()
                .any(|typed| typed.instead.is_some_and(|(_, ours)| ours == certificates))
        );
        assert_eq!(
            TYPED
                .iter()
                .filter(|typed| typed.input.contains(PASSWORD))
                .count(),
            2
        );
    }
}
