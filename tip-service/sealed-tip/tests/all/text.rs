//! Cleaning a tipster's text.

use sealed_tip::Text;

#[test]
fn line_ends_of_every_kind_become_one() {
    let raw = "一\r\n二\r三\n四\u{b}五\u{c}六\u{85}七";
    assert_eq!(Text::block(raw).as_str(), "一\n二\n三\n四\n五\n六\n七");
    assert_eq!(Text::line(raw).as_str(), "一 二 三 四 五 六 七");
    assert_eq!(Text::line("a\tb").as_str(), "a b");
}

#[test]
fn controls_go_and_blanks_at_the_ends_go() {
    assert_eq!(
        Text::block(" \u{3000}\0a\u{7}\u{1b}[1m\u{9f}b\u{7f}\r\n ").as_str(),
        "a[1mb"
    );
    assert!(Text::line(" \t\r\n\u{3000}\0").is_empty());
    assert_eq!(Text::line("東\u{20000}😀").chars(), 3);
}

#[test]
fn what_hides_or_turns_text_is_written_out() {
    assert_eq!(
        Text::line("ab\u{202e}gpj.exe").as_str(),
        "ab[U+202E]gpj.exe"
    );
    assert_eq!(
        Text::line("\u{200b}a\u{feff}").as_str(),
        "[U+200B]a[U+FEFF]"
    );
    assert_eq!(
        Text::block("a\u{2028}b\u{e0041}").as_str(),
        "a[U+2028]b[U+E0041]"
    );
}

#[test]
fn everything_else_stays_as_it_was() {
    let words = "“两分地”——约130m²；电话 0437-123 4567 <b>&amp; 'x' \\ ﾃｽﾄ é e\u{301} ❤\u{fe0f}";
    assert_eq!(Text::block(words).as_str(), words);
}
