//! The self-exposure guard by a table of sentences: what it must find and why, and what it must leave alone. A guard that
//! cries wolf is clicked away, so the second half counts as much as the first.

use std::time::Duration;

use proptest::prelude::{ProptestConfig, any, proptest};
use serde::Deserialize;
use tip_service::intake::Exposure;
use tip_service::intake::exposure::{Why, in_text};

fn what(text: &str) -> Vec<Exposure> {
    in_text("what", text)
}

fn told(found: &[Exposure]) -> Vec<(Why, &str)> {
    found.iter().map(|e| (e.why, e.found.as_str())).collect()
}

/// Made-up sentences, to which the browser's guard is held too.
#[derive(Deserialize)]
struct Sentences {
    /// What is written, why it tells, and the place.
    found: Vec<(String, String, String)>,
    left: Vec<String>,
}

#[expect(
    clippy::unwrap_used,
    reason = "a panic here is a failed test, which is what is wanted"
)]
fn sentences() -> Sentences {
    let all: Sentences = toml::from_str(include_str!("exposure/sentences.toml")).unwrap();
    assert!(all.found.len() >= 40 && all.left.len() >= 40);
    all
}

#[test]
fn each_sentence_that_tells_on_its_writer_is_found_at_its_place() {
    let mut wrong = Vec::new();
    for (text, why, place) in sentences().found {
        let found = what(&text);
        let told = told(&found);
        let is_it = |(told, found): &(Why, &str)| format!("{told:?}") == why && *found == place;
        if told.len() != 1 || !told.iter().all(is_it) {
            wrong.push(format!("{text:?}: {told:?}"));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn no_ordinary_sentence_is_stopped() {
    let mut wrong = Vec::new();
    for text in sentences().left {
        let found = what(&text);
        if !found.is_empty() {
            wrong.push(format!("{text:?}: {:?}", told(&found)));
        }
    }
    assert!(wrong.is_empty(), "{}", wrong.join("\n"));
}

#[test]
fn what_the_guard_does_not_know_goes_through() {
    // As the public page says. When it learns one of these, the page still holds for others.
    for text in [
        "打我大爷那个号，前面是一三八，后面八个八",
        "就是去年冬天在桥头摔断腿的那个人写的",
    ] {
        assert!(
            !what(text)
                .iter()
                .any(|e| e.why == Why::Telephone || e.why == Why::Name),
            "{text}"
        );
    }
}

#[test]
fn several_places_are_told_in_their_order_each_with_what_stands_beside_it() {
    let text = "昨天半夜，我家对门来了一伙人，我叫张三，电话１３８－１２３４－５６７８，可以问我";
    let found = what(text);
    assert_eq!(
        told(&found),
        [
            (Why::Relation, "我家对门"),
            (Why::Name, "我叫张三"),
            (Why::Telephone, "１３８－１２３４－５６７８"),
        ]
    );
    let sides: Vec<(&str, &str)> = found
        .iter()
        .map(|e| (e.before.as_str(), e.after.as_str()))
        .collect();
    assert_eq!(sides[0], ("昨天半夜，", "来了一伙人，我叫"));
    assert_eq!(sides[2].1, "，可以问我");
}

#[test]
fn only_what_reads_like_a_letter_is_signed() {
    assert!(in_text("people", "外号老黑\n王五").is_empty());
}

#[test]
fn what_is_found_is_never_printed() {
    let found = what("有事打13812345678");
    let printed = format!("{found:?}");
    assert!(printed.contains("Telephone"), "{printed}");
    assert!(!printed.contains("138"), "{printed}");
}

/// The kernel counts in steps of some milliseconds.
const RUNS: u32 = 20;

/// How long this thread has run so far; on a busy machine much less than has passed.
#[expect(
    clippy::unwrap_used,
    reason = "a panic here is a failed test, which is what is wanted"
)]
fn on_the_processor() -> Duration {
    let told = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    Duration::from_nanos(told.split(' ').next().unwrap().parse().unwrap())
}

#[test]
fn texts_made_to_hurt_take_time_by_their_length_and_no_more() {
    for piece in [
        "我",
        "我在",
        "1",
        "1 ",
        "13812345678 ",
        "我是村的",
        "“",
        "本人王",
        "一三",
        "王五\n",
        "我家",
        "加我",
        "举报人：",
    ] {
        let time = |count: usize| {
            let text: String = piece.chars().cycle().take(count).collect();
            let begun = on_the_processor();
            for _ in 0..RUNS {
                std::hint::black_box(what(&text));
            }
            (on_the_processor() - begun) / RUNS
        };
        let (part, whole) = (time(5_000), time(20_000));
        assert!(
            whole < part * 8 + Duration::from_millis(2),
            "{piece:?}: {part:?}, then {whole:?}"
        );
        assert!(whole < Duration::from_millis(50), "{piece:?}: {whole:?}");
    }
}

proptest! {
    #![proptest_config(ProptestConfig { failure_persistence: None, ..ProptestConfig::default() })]

    #[test]
    fn whatever_is_written_the_places_lie_in_the_text_and_do_not_overlap(
        text in "[我我我们家的是在叫本人王五村微信只有知道0-9a-z１３ \\-\n“”，。：]{0,60}",
        _seed in any::<u8>(),
    ) {
        let found = what(&text);
        let flat = text.replace('\n', " ");
        let mut rest = flat.as_str();
        for place in &found {
            assert!(!place.found.is_empty());
            let at = rest.find(place.found.as_str()).unwrap();
            rest = &rest[at + place.found.len()..];
        }
    }
}
