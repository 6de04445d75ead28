//! One letter of each kind, as an officer has it after decryption.

use rand::SeedableRng;
use rand::rngs::StdRng;
use sealed_tip::{
    Answer, Cover, DigestLine, Named, Note, Photo, ReplyTo, SealedLetter, SecretCert, Text, Tip,
    UnitCert, generate, letter_text, open, seal, seal_note,
};
use zeroize::Zeroizing;

const NOW: u64 = 1_800_000_000;
const REFERENCE: &str = "LY-E8C7A4A3C2";
const ADDRESS: &str = "reply+00112233445566778899aabbccddeeff@tips.example.invalid";
const MESSAGE_ID: &str = "<00112233445566778899aabbccddeeff@tips.example.invalid>";
/// As long as a real one.
const CHECK: &str = "67efa192c39257101013f06ca770b7dbaa47924706f04bfb1ca0e456914e6462";

/// Seals letters to itself and reads them.
struct Officer {
    secret: SecretCert,
    cert: UnitCert,
    service_cert: String,
}

/// The text of a letter of each kind, answerable and not.
pub(crate) fn letters() -> Vec<String> {
    let officer = Officer::new();
    let mut letters = Vec::new();
    for (encrypted, reward) in [(true, Some(CHECK)), (false, None)] {
        let reply = officer.reply(encrypted, reward);
        for reply in [Some(reply), None] {
            let cover = Cover {
                reference: REFERENCE,
                reply,
            };
            letters.extend(tips().iter().map(|tip| officer.tip(tip, &cover)));
            letters.extend(illustrated().iter().map(|tip| officer.tip(tip, &cover)));
            letters.extend(officer.notes(&cover));
        }
    }
    letters
}

impl Officer {
    fn new() -> Self {
        let pair = |seed| generate("demo", NOW, None, &mut rng(seed)).unwrap();
        let own = pair(1);
        Self {
            secret: SecretCert::parse(&own.secret_armored).unwrap(),
            cert: UnitCert::parse(&own.cert_armored, NOW).unwrap(),
            service_cert: pair(2).cert_armored,
        }
    }

    fn reply<'a>(&'a self, encrypted: bool, reward: Option<&'a str>) -> ReplyTo<'a> {
        ReplyTo {
            address: ADDRESS,
            message_id: MESSAGE_ID,
            service_cert: &self.service_cert,
            encrypted,
            reward,
        }
    }

    fn read(&self, letter: &SealedLetter) -> String {
        let entity = open(letter.message(), &[&self.secret]).unwrap();
        letter_text(&entity).unwrap()
    }

    fn tip(&self, tip: &Tip, cover: &Cover<'_>) -> String {
        self.read(&seal(tip, cover, &[&self.cert], NOW, &mut rng(3)).unwrap())
    }

    fn notes(&self, cover: &Cover<'_>) -> Vec<String> {
        let words = Text::block("夜里两点。\n车从西边来。");
        let (delivered, unit) = ("2026-11-20", "东丰县局");
        let fingerprints = ["1F7F224A1A8543A18930F6C8B7CF5321AC4312D3".to_owned()];
        let open = digest();
        let photos = [photo(1_000, true), photo(10, false)];
        let photographs = |photos, first| Note::Photographs {
            photos,
            first,
            of: 5,
        };
        let forwarded = Note::Forwarded {
            unit,
            mail: "city@units.example.invalid",
            fingerprints: &fingerprints,
        };
        let reminder = |escalate_hours| Note::Reminder {
            delivered,
            escalate_hours,
        };
        [
            Note::Answer { text: &words },
            photographs(&photos, 4),
            photographs(&photos[..1], 2),
            Note::Quiet,
            reminder(Some(72)),
            reminder(None),
            Note::Escalation { unit, delivered },
            forwarded,
            Note::Incoming { from: unit },
            Note::Digest {
                day: "2026-11-24",
                open: &open,
                overdue_after_hours: 24,
            },
        ]
        .iter()
        .map(|note| self.read(&seal_note(note, cover, &[&self.cert], NOW, &mut rng(4)).unwrap()))
        .collect()
    }
}

fn rng(seed: u64) -> StdRng {
    StdRng::seed_from_u64(seed)
}

/// So many that not all fit.
fn digest() -> Vec<DigestLine<'static>> {
    let states = ["未受理", "已受理", "待补充", "核查中"];
    (0..400)
        .zip(states.iter().cycle())
        .map(|(n, state)| DigestLine {
            reference: REFERENCE,
            state,
            since: "2026-11-20",
            overdue: n < 8,
        })
        .collect()
}

fn named(name: &str) -> Named {
    Named {
        code: "x".into(),
        name: name.into(),
    }
}

/// One with everything in it and every mark, one with next to nothing.
fn tips() -> [Tip; 2] {
    let full = Tip {
        kind: named("非法种植"),
        what: Text::block(&format!(
            "后山沟里有人种罂粟。\n\n受理：好\n{}",
            "长".repeat(400)
        )),
        county: Some(named("东丰县")),
        township: Some(named("横道河镇")),
        village: Some(named("测试村")),
        place: Text::line("村北第三条沟"),
        when: Text::line("上周三早上"),
        source: Text::line("亲眼看见"),
        people: Text::line("一男一女"),
        vehicles: Text::line("白色面包车"),
        danger: Text::line("有两条大狗"),
        officials: true,
        answers: vec![
            Answer {
                id: "area".into(),
                label: "面积多大？".into(),
                value: Text::line("两分地"),
            },
            Answer {
                id: "stage".into(),
                label: "长到什么程度？".into(),
                value: Text::line(""),
            },
        ],
        photographs: Vec::new(),
        language: None,
        supplement: true,
        suspect_robot: true,
    };
    let bare = Tip::bare(named("其他"), Text::block("有人吸毒"));
    [full, bare]
}

/// Bytes in place of a JPEG; letters look no closer.
fn photo(length: usize, place: bool) -> Photo {
    Photo {
        jpeg: Zeroizing::new(vec![0xa5; length]),
        width: 1280,
        height: 960,
        place: place.then(|| Text::line("北纬 42.680033，东经 125.14")),
    }
}

/// With photographs: all attached, some, none.
fn illustrated() -> Vec<Tip> {
    [&[10, 20][..], &[900_000; 5], &[3_100_000]]
        .into_iter()
        .map(|lengths| {
            let [_, mut tip] = tips();
            tip.photographs = lengths.iter().map(|length| photo(*length, true)).collect();
            tip
        })
        .collect()
}
