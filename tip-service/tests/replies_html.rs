//! HTML replies: what is active content however it is written, what is not, and how long reading takes.

use std::time::Duration;

use tip_service::correspondence::command::read;
use tip_service::correspondence::html::{HtmlError, to_text};

#[test]
fn what_word_and_outlook_write_by_themselves_is_not_active() {
    for html in [
        "<html><head><meta charset=utf-8><style>@list l0:level1 {mso-level-text:\"\\F0B7\";}</style></head><body lang=ZH-CN><p>x<o:p></o:p></p></body></html>",
        "<link rel=File-List href=\"cid:filelist.xml@01DA\"><p>x</p>",
        "<!--[if gte mso 9]><xml><o:x onclick=1><script></xml><![endif]--><p>x</p>",
        "<p title=\"onclick=&quot;x&quot; <script>\">x</p>",
        "<a href=\"https://unit.example/\">x</a>",
        "<title>y</title><p>x</p>",
    ] {
        assert_eq!(to_text(html).unwrap().trim(), "x", "{html}");
    }
}

#[test]
fn active_html_is_found_however_it_is_written() {
    for html in [
        "<ScRiPt>x",
        "<p><svg><a xlink:href='x'>",
        "<svg/onload=x>",
        "<math><mtext><img src=x>",
        "<o:p onclick=x>y",
        "<html onload=x>",
        "<body\nonload=x>",
        "<frameset><frame src=x></frameset>",
        "<a href=' \u{1}java\nscript:x'>y</a>",
        "<a href='&#106;avascript:x'>y</a>",
        "<a href='vbscript:x'>y</a>",
        "<a href='data:text/html,x'>y</a>",
        "<iframe>",
        "<input>",
        "<button>x",
        "<object>",
        "<embed>",
        "<image src=x>",
        "<video>",
        "<base href='https://x.example/'>",
        "<link rel=stylesheet href='https://x.example/x.css'>",
        "<p style='background:URL(x)'>",
        "<style>@im\\70ort 'x'</style>",
        "<table><td background=x>y",
        "<template><p>x",
        "<noscript><p title=\"</noscript><img src=x>\">",
        "<plaintext>x",
        "<sc\0ript><img src=x>",
    ] {
        assert!(
            matches!(to_text(html), Err(HtmlError::Active(_))),
            "{html:?} passed"
        );
    }
}

#[test]
fn html_is_measured_before_it_is_read() {
    let most = "a".repeat(32 * 1024);
    assert!(to_text(&most).is_ok());
    assert!(matches!(to_text(&(most + "a")), Err(HtmlError::TooLarge)));
}

#[test]
#[expect(clippy::disallowed_methods, reason = "measures")]
fn the_worst_nesting_in_32_kib_takes_less_than_a_second() {
    let fill = |piece: &str| piece.repeat(32 * 1024 / piece.len());
    let formats: String = (0..39)
        .map(|n| format!("<b title={n}><i title={n}>"))
        .collect();
    let mut cases: Vec<String> = [
        "<div>",
        "<blockquote>",
        "<blockquote><br>",
        "<b>",
        "<table>",
        "<table><td>",
        "<ol><li>",
        "<p><b></p>",
        "</p>",
        "<pre>\n",
        "&nbsp;",
        "&",
        "<",
        "<a><div>",
        "<svg>",
        "<b><div></b>",
        "<a x=",
        "<!--",
        "<style>",
        "<select>",
        "\n",
        "<br>",
        "<ruby><rt>",
    ]
    .iter()
    .map(|piece| fill(piece))
    .collect();
    cases.push(formats.clone() + &"<p>".repeat((32 * 1024 - formats.len()) / 3));
    cases.push(reopened(36, |n| format!("<{}>", FORMATS[n % 12])));
    for html in cases {
        let begun = std::time::Instant::now();
        let text = to_text(&html);
        if let Ok(text) = text {
            let _ = read(&text);
        }
        let taken = begun.elapsed();
        assert!(
            taken < Duration::from_secs(1),
            "{} took {taken:?}",
            &html[..40]
        );
    }
}

/// Twelve kinds of formatting that may be open side by side.
const FORMATS: [&str; 12] = [
    "b", "big", "code", "em", "font", "i", "s", "small", "strike", "strong", "tt", "u",
];

/// So much formatting inside a block, and then as many blocks as have room: each opens all of it again.
fn reopened(formats: usize, format: impl Fn(usize) -> String) -> String {
    let mut html: String = "<p>".to_owned() + &(0..formats).map(format).collect::<String>();
    while html.len() + "<p>x".len() <= 32 * 1024 {
        html.push_str("<p>x");
    }
    html
}

#[test]
fn formatting_that_each_block_opens_again_has_a_bound_however_it_is_made_to_look_closed_or_alike() {
    let unlike: [fn(usize) -> String; 4] = [
        |n| format!("<{} x{n}>", FORMATS[n % 12]),
        |n| format!("<b x{n}=\"</b>\">"),
        |n| format!("<b x=\">{n}\">"),
        |n| format!("<b x=\"<{n}\">"),
    ];
    for format in unlike {
        let html = reopened(400, format);
        let refused = to_text(&html).map(|text| text.len());
        assert_eq!(
            refused,
            Err(HtmlError::Active("nesting")),
            "{}",
            &html[..60]
        );
    }
    // A whole letter in which every other word is set in bold or in colour is none of this.
    let word = "<p>a <b>b</b> <font color=\"red\">c</font></p>\n";
    assert!(to_text(&word.repeat(32 * 1024 / word.len())).is_ok());
}
