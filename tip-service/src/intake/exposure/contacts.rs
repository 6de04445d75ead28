//! Ways to reach the writer, given as the writer's own: 我的微信 …, 请联系我. Those of others are what a tip is for and
//! are left alone.

use super::letters::{Letters, Words};
use super::{Spot, Why};

/// What somebody can be reached by.
static WAYS: Words = Words::of(
    "微信 微信号 vx wx v信 qq qq号 扣扣 邮箱 电子邮箱 邮件 email e-mail 电话 电话号码 联系电话 手机 \
    手机号 手机号码 号码 联系方式 账号 抖音 抖音号 快手 快手号",
);
/// Where somebody lives.
static HOMES: Words = Words::of("住址 家庭住址 地址 家庭地址 住处 门牌号");

/// What asks to be answered.
static ASKED: Words = Words::of(
    "加我 联系我 找我 打给我 打我电话 打我手机 给我打电话 给我回电话 回我电话 跟我联系 和我联系 与我联系",
);
/// What stands before such words when they are said to the reader; otherwise they tell what somebody did.
const TO_READER: &str =
    "请 可 可以 随时 直接 麻烦 欢迎 事 您 请您 民警 警察 警官 同志 情况 需要 的话 以后 之后";
/// Somebody else speaks from here on.
const SPEECH: &str = "说 写 写着 喊 讲 道 称 发 问";

/// The words above by the names that the browser's guard knows them by.
pub(super) const fn lists() -> [(&'static str, &'static str); 5] {
    [
        ("ways", WAYS.text()),
        ("homes", HOMES.text()),
        ("asked", ASKED.text()),
        ("to_reader", TO_READER),
        ("speech", SPEECH),
    ]
}

pub(super) fn find(letters: &Letters, spots: &mut Vec<Spot>) {
    for from in 0..letters.len() {
        let to = match letters.at(from) {
            Some('我' | '本') => own_way(letters, from),
            Some(c) if "加联找打给回跟和与".contains(c) => asked(letters, from),
            _ => None,
        };
        if let Some(to) = to.filter(|_| !letters.is_quoted(from)) {
            let why = Why::Contact;
            spots.push(Spot { from, to, why });
        }
    }
}

/// 我的微信号是 abc123: names a way as one's own, and gives it.
fn own_way(letters: &Letters, from: usize) -> Option<usize> {
    let at = letters.any(from, "我 我的 本人 本人的 我个人 我这边")?;
    if let Some(home) = letters.one_of(at, &HOMES) {
        let to = letters.skip(home, "是为在: ", 3);
        return (to > home).then_some(to);
    }
    let way = letters.one_of(at, &WAYS)?;
    let given = letters.skip(way, "号码是为就叫同: =", 6);
    let end = (given..given + 40)
        .take_while(|at| {
            letters
                .at(*at)
                .is_some_and(|c| c.is_ascii_alphanumeric() || "_-@.".contains(c))
        })
        .count()
        + given;
    // Fewer are a model or a count: 我的手机 11 号充的电.
    (end - given >= 5).then_some(end)
}

fn asked(letters: &Letters, from: usize) -> Option<usize> {
    let to = letters.one_of(from, &ASKED)?;
    let edge = letters.is_edge(from.checked_sub(1));
    let said = edge && from > 1 && letters.ends_in(from - 1, SPEECH);
    let to_reader = (edge && !said) || letters.ends_in(from, TO_READER);
    // 找我要钱: it was done, not asked for.
    let done = letters
        .at(to)
        .is_some_and(|c| "说让叫问要借买时的过来了之进去".contains(c));
    (to_reader && !done).then_some(to)
}
