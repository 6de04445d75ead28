//! The daily digest: always of one size, overdue first.

use sealed_tip::{DigestLine, Note, letter_text, seal_note};

use crate::desk::{CHECK, COVER, answerable, note, own_key, rng, service_cert, subject};
use crate::gpg::NOW;
use crate::note::json;

/// References of open threads, every third of them overdue.
fn references(count: usize) -> Vec<String> {
    (0..count).map(|n| format!("LY-{n:010}")).collect()
}

fn lines(references: &[String]) -> Vec<DigestLine<'_>> {
    references
        .iter()
        .enumerate()
        .map(|(n, reference)| DigestLine {
            reference,
            state: if n % 3 == 0 { "未受理" } else { "核查中" },
            since: "2026-11-20",
            overdue: n % 3 == 0,
        })
        .collect()
}

#[test]
fn a_digest_is_as_long_on_a_quiet_day_as_with_500_open_threads() {
    let (_, cert) = own_key(1);
    let service = service_cert();
    for count in [0, 1, 2, 40, 41, 90, 500, 5_000] {
        let references = references(count);
        let open = lines(&references);
        let digest = Note::Digest {
            day: "2026-11-24",
            open: &open,
            overdue_after_hours: 24,
        };
        let entity = note(&digest, &COVER);
        assert_eq!(entity.len(), 8192, "{count}");
        assert_eq!(entity, note(&digest, &answerable(&service, Some(CHECK))));
        let sealed = seal_note(&digest, &COVER, &[&cert], NOW, &mut rng(5)).unwrap();
        let empty = Note::Digest {
            day: "2026-11-24",
            open: &[],
            overdue_after_hours: 24,
        };
        let quiet = seal_note(&empty, &COVER, &[&cert], NOW, &mut rng(6)).unwrap();
        assert_eq!(sealed.message().len(), quiet.message().len());
    }
}

#[test]
fn a_digest_counts_first_lists_overdue_first_and_says_how_many_more_there_are() {
    let references = references(500);
    let open = lines(&references);
    let digest = Note::Digest {
        day: "2026-11-24",
        open: &open,
        overdue_after_hours: 24,
    };
    let entity = note(&digest, &COVER);
    assert_eq!(subject(&entity), "【每日汇总】 · 2026-11-24");
    let text = letter_text(&entity).unwrap();
    let listed: Vec<&str> = text.lines().filter(|l| l.starts_with("LY-")).collect();
    assert!(listed.len() > 60, "{}", listed.len());
    assert!(listed.iter().all(|line| line.ends_with("★ 逾期")));
    assert_eq!(listed[1], "LY-0000000003 未受理 自 2026-11-20 ★ 逾期");
    let counts = text.find("500 件").unwrap();
    assert!(counts < text.find("LY-").unwrap());
    for part in [
        "24 小时",
        "167 件",
        "333 件",
        &format!("另有 {} 件", 500 - listed.len()),
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
    let json = json(&entity);
    assert_eq!(json["type"], "digest");
    assert_eq!(
        (&json["open"], &json["overdue"]),
        (&500.into(), &167.into())
    );
    assert_eq!(
        json["states"][0],
        serde_json::json!({"state": "未受理", "count": 167})
    );
    assert_eq!(json["listed"].as_array().unwrap().len(), listed.len());
    assert_eq!(json["listed"][1], "LY-0000000003");

    // Few enough: all of them, and nothing more.
    let digest = Note::Digest {
        day: "2026-11-24",
        open: &open[..40],
        overdue_after_hours: 24,
    };
    let text = letter_text(&note(&digest, &COVER)).unwrap();
    assert_eq!(text.lines().filter(|l| l.starts_with("LY-")).count(), 40);
    assert!(!text.contains("另有"));
    let order: Vec<bool> = text
        .lines()
        .filter(|l| l.starts_with("LY-"))
        .map(|l| l.ends_with("逾期"))
        .collect();
    assert!(order.is_sorted_by(|a, b| a >= b), "overdue first");
}

#[test]
fn a_quiet_day_has_no_list_and_a_day_with_one_thread_has_one() {
    let text = |open: &[DigestLine<'_>]| {
        let digest = Note::Digest {
            day: "2026-11-24",
            open,
            overdue_after_hours: 24,
        };
        letter_text(&note(&digest, &COVER)).unwrap()
    };
    let head = |open, overdue, states| {
        format!(
            "【每日汇总】 · 2026-11-24\n\n未办结线索：{open} 件\n{states}\
             其中逾期（超过 24 小时未受理，或长期没有进展）：{overdue} 件\n\n"
        )
    };
    let foot = "────────\n本信每天都发，没有线索时也发；只有数目和编号，不含线索内容。\n\
                按编号在邮件里查找，可找到原信；请回复原信，不要回复本信。\n";
    assert_eq!(text(&[]).trim_end(), (head(0, 0, "") + foot).trim_end());
    let references = references(1);
    let one = "【清单】逾期的在前\nLY-0000000000 未受理 自 2026-11-20 ★ 逾期\n\n";
    let whole = head(1, 1, "  未受理：1 件\n") + one + foot;
    assert_eq!(text(&lines(&references)).trim_end(), whole.trim_end());
}
