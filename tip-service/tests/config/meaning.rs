//! What the rest of the configuration means: places, questions, paths.

use tip_service::catalogue::LANGS;
use tip_service::config::{Database, Transport};
use tip_service::kinds::{Input, Kinds, Phrase};

use super::house::{DEV, House, REFERENCE};

#[test]
fn the_shipped_places_are_all_of_liaoyuan() {
    let places = House::new().load(DEV).unwrap().places;
    let townships: Vec<_> = places
        .counties
        .iter()
        .flat_map(|county| &county.townships)
        .collect();
    let villages: usize = townships
        .iter()
        .map(|township| township.villages.len())
        .sum();
    assert_eq!(
        (places.counties.len(), townships.len(), villages),
        (4, 48, 580)
    );
    let (county, township) = places.township("东吉街道").unwrap();
    assert_eq!(county.name, "龙山区");
    assert_eq!(
        places.village_in(township, "吉春社区门口").unwrap().code,
        "220402001002"
    );
}

/// All words of the kinds that people read.
fn phrases(kinds: &Kinds) -> Vec<&Phrase> {
    let mut phrases: Vec<&Phrase> = kinds.sources.iter().map(|choice| &choice.label).collect();
    for kind in &kinds.kinds {
        phrases.extend([&kind.name, &kind.hint]);
        phrases.extend(kind.law.iter().chain(&kind.warning));
        for question in &kind.questions {
            phrases.push(&question.label);
            phrases.extend(&question.hint);
            if let Input::Choice(choices) = &question.input {
                phrases.extend(choices.iter().map(|choice| &choice.label));
            }
        }
    }
    phrases
}

#[test]
fn no_question_asks_who_the_writer_is_or_what_anything_costs() {
    let kinds = House::new().load(DEV).unwrap().kinds;
    let forbidden = [
        "姓名",
        "身份证",
        "手机号",
        "您的",
        "你的电话",
        "你家",
        "你是",
        "你和",
        "价",
        "多少钱",
        "怎么做",
        "怎么制",
        "藏",
    ];
    for question in kinds.kinds.iter().flat_map(|kind| &kind.questions) {
        let text = format!(
            "{} {}",
            question.label.chinese(),
            question.hint.as_ref().map_or("", |hint| hint.chinese())
        );
        assert!(forbidden.iter().all(|word| !text.contains(word)), "{text}");
        if let Input::Choice(choices) = &question.input {
            assert_eq!(
                (choices[0].value.as_str(), choices[0].label.chinese()),
                ("", "不清楚")
            );
        }
    }
    for phrase in phrases(&kinds) {
        for lang in LANGS {
            assert!(phrase.is_in(lang), "{lang:?}: {}", phrase.chinese());
        }
    }
    for kind in &kinds.kinds {
        assert!((3..=6).contains(&kind.questions.len()), "{}", kind.id);
        assert!(kind.warning.is_some() && kind.law.is_some(), "{}", kind.id);
    }
}

#[test]
fn paths_start_at_the_folder_of_their_file() {
    let house = House::new();
    let config = house.load(DEV).unwrap().config;
    assert_eq!(config.registers.kinds, house.path("config/kinds.toml"));
    let database = Database::Sqlite(house.path("config/../var/tips.sqlite3"));
    assert_eq!(config.store.database, database);
    assert_eq!(config.store.spool, house.path("config/../var"));
    assert_eq!(
        config.mail.transport,
        Transport::Maildir {
            dir: house.path("config/../var/mail")
        }
    );
    let reference = house.load(REFERENCE).unwrap().config;
    assert!(matches!(
        reference.mail.transport,
        Transport::Smtp(smtp) if smtp.port == 587
    ));
}
