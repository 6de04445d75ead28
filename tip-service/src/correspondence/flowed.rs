//! Text sent as format=flowed (RFC 3676): soft line ends are undone, quotes keep their depth.

use zeroize::Zeroizing;

/// `delsp`: the blank before a soft line end was added by the program. Lines end in LF.
pub(super) fn unfold(text: &str, delsp: bool) -> Zeroizing<String> {
    let mut plain = Zeroizing::new(String::with_capacity(text.len() + 16));
    let mut open: Option<usize> = None; // quote depth of a line whose end was soft
    for line in text.lines() {
        let unquoted = line.trim_start_matches('>');
        let depth = line.len() - unquoted.len();
        let words = unquoted.strip_prefix(' ').unwrap_or(unquoted); // space-stuffing
        let separator = words == "-- ";
        if open.is_some_and(|before| separator || before != depth) {
            plain.push('\n');
            open = None;
        }
        if open.is_none() && depth > 0 {
            plain.push_str(line.get(..depth).unwrap_or_default());
            plain.push(' ');
        }
        let soft = words.ends_with(' ') && !separator;
        let kept = match words.strip_suffix(' ') {
            Some(kept) if soft && delsp => kept,
            _ => words,
        };
        plain.push_str(kept);
        open = soft.then_some(depth);
        if !soft {
            plain.push('\n');
        }
    }
    if open.is_some() {
        plain.push('\n');
    }
    plain
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn soft_line_ends_are_undone_and_quotes_keep_their_depth() {
        for (written, delsp, meant) in [
            ("a \nb\nc", false, "a b\nc\n"),
            ("受理 \n已派员\n", true, "受理已派员\n"),
            ("> a \n> b \n>> c \nd\n", false, "> a b \n>> c \nd\n"),
            (
                " >not a quote\n From here\n",
                false,
                ">not a quote\nFrom here\n",
            ),
            (
                "words \n-- \nname \nrank\n",
                false,
                "words \n-- \nname rank\n",
            ),
            ("-- \n-- \n", true, "-- \n-- \n"),
            ("one \n\ntwo\n", false, "one \ntwo\n"),
            ("end ", false, "end \n"),
        ] {
            assert_eq!(unfold(written, delsp).as_str(), meant, "{written:?}");
        }
    }
}
