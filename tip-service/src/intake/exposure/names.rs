//! The writer's own name or office: 我叫张三, 本人李四, 我是某村的王五, a last line that signs. Names of others are what a
//! tip is for and are left alone.

use super::letters::{Letters, Words};
use super::{Spot, Why};

/// The commonest surnames, without those that begin everyday words more often than names.
const SURNAMES: &str = "王李张刘陈杨黄赵吴周徐孙马朱胡郭何林高罗郑梁谢宋唐许韩冯邓曹彭曾肖田董袁潘于蒋蔡余杜叶程苏\
                        魏吕丁任沈姚卢姜崔钟谭陆汪范金石廖贾夏韦付方白邹孟熊秦邱江尹薛闫阎段雷侯龙史陶黎贺顾毛郝龚\
                        邵万钱严覃武戴莫孔汤关佟栾曲隋迟鞠庞邢祝岳齐冷滕柴赖焦葛季柳路倪牟辛裴盛";
static LONG_SURNAMES: Words = Words::of("欧阳 司马 诸葛 上官 慕容 皇甫 令狐");
/// What no given name holds.
const NOT_GIVEN: &str = "的了是在有我他她它你您们这那什么说看到过着吗呢吧啊去来给被把和跟与也都很不没某总哥姐叔姨些个么时候";
/// What a name does not end in: people by their trade or origin, places.
const NOT_LAST: &str =
    "人员民客者户手镇乡村屯县区街路组市沟店楼厂站院局室物品料色边里外上下中前后片点";
/// Everyday words that read like names.
static WORDS: Words = Words::of(
    "高中生 高度 高速 高考 马上 马路 马桶 黄昏 黄色 黄瓜 方便 方式 方向 金额 金色 石头 石油 万一 万分 \
    万元 谢谢 谢谢谢 任何 何时 何地 江湖 田地 田间 孙子 孙女 武警 武器 严重 严格 严肃 夏天 夏季 周边 \
    周围 周末 周日 周一 周二 周三 周四 周五 周六 白天 白色 白粉 林地 林场 叶子 成年 余下 余地 雷达 于是 \
    曾经 许多 许久 毛病 毛毯 段时间 钱款 钱物 顾虑 程度 程序 钟头 路过 关心 关注 关门 关系 关机 曲线 \
    齐全 冷库 季节 路线 路灯 路口 盛开 盛夏 辛苦 唐突 黎明 陆续 莫名 史料 龙头 熊猫 秦岭 祝好 祝安 祝您好 高兴",
);
/// What follows a name when the clause goes on.
static FOLLOWS: Words =
    Words::of("是 住 今年 电话 手机 微信 身份证 家住 男 女 愿意 举报 反映 实名");

/// Words after which one's own name comes.
static CALLED: Words = Words::of(
    "我叫 我名叫 我名字叫 我的名字叫 我的名字是 我名字是 我姓名 我大名叫 本人叫 本人姓名 本人名叫 本人是",
);
/// Words after which one's own surname comes.
static OF_FAMILY: Words = Words::of("我姓 我的姓是 本人姓 免贵姓");
/// Who a letter is from, as its last lines say.
static SIGNED: Words = Words::of("举报人 报案人 反映人 检举人 投诉人 署名 落款");

/// Offices and trades that few people of a place have.
static OFFICES: Words = Words::of(
    "保洁 保安 服务员 司机 会计 出纳 护士 医生 大夫 老师 班主任 店员 前台 收银员 邻居 房东 租客 房客 儿子 \
    女儿 媳妇 老婆 老公 妻子 丈夫 前妻 前夫 同事 同学 员工 工人 厨师 店主 老板 经理 主任 书记 村长 组长 \
    网格员 快递员 外卖员 物业",
);
/// Words that begin another sense of 我是: 我是听说的.
const NO_OFFICE: &str = "听看见从因无偶路昨今前去刚才被怕想通亲经";
/// So far behind 我是 a name or an office is looked for.
const OFFICE_WITHIN: usize = 16;

/// The words above by the names that the browser's guard knows them by.
pub(super) const fn lists() -> [(&'static str, &'static str); 11] {
    [
        ("surnames", SURNAMES),
        ("long_surnames", LONG_SURNAMES.text()),
        ("not_given", NOT_GIVEN),
        ("not_last", NOT_LAST),
        ("words", WORDS.text()),
        ("follows", FOLLOWS.text()),
        ("called", CALLED.text()),
        ("of_family", OF_FAMILY.text()),
        ("signed", SIGNED.text()),
        ("offices", OFFICES.text()),
        ("no_office", NO_OFFICE),
    ]
}

pub(super) fn find(letters: &Letters, spots: &mut Vec<Spot>) {
    for from in 0..letters.len() {
        let to = match letters.at(from) {
            Some('我') => called(letters, from).or_else(|| office(letters, from)),
            Some('本' | '免') => called(letters, from),
            Some('举' | '报' | '反' | '检' | '投' | '署' | '落') => signed(letters, from),
            _ => None,
        };
        if let Some(to) = to.filter(|_| !letters.is_quoted(from)) {
            let why = Why::Name;
            spots.push(Spot { from, to, why });
        }
    }
}

fn called(letters: &Letters, from: usize) -> Option<usize> {
    if let Some(at) = letters.one_of(from, &CALLED) {
        let at = letters.skip(at, "是为做作: ", 3);
        return name(letters, at);
    }
    if let Some(at) = letters.one_of(from, &OF_FAMILY) {
        let is_surname = letters.at(at).is_some_and(|c| SURNAMES.contains(c));
        return is_surname.then(|| name(letters, at).unwrap_or(at + 1));
    }
    let at = letters.word(from, "本人")?;
    let at = letters.skip(at, ":( ", 2);
    // 本人于昨晚, 本人曾见过: no names.
    let is_word = letters.at(at).is_some_and(|c| "于曾何万任方高".contains(c));
    name(letters, at).filter(|_| !is_word)
}

fn signed(letters: &Letters, from: usize) -> Option<usize> {
    let at = letters.one_of(from, &SIGNED)?;
    let at = letters.word(at, "姓名").unwrap_or(at);
    let named = letters.skip(at, "是: ", 3);
    name(letters, named).filter(|_| letters.before(from) != Some('被'))
}

/// 我是王五, 我是某村的王五, 我是那家店的服务员, 我是他邻居.
fn office(letters: &Letters, from: usize) -> Option<usize> {
    let begin = letters.any(from, "我是 我就是 我们是")?;
    if letters.at(begin).is_none_or(|c| NO_OFFICE.contains(c)) {
        return None;
    }
    if let Some(to) = name(letters, begin) {
        return Some(to);
    }
    let whose = letters.any(begin, "他 她 他家 她家 他们 他的 她的 他家的");
    if let Some(to) = whose.and_then(|at| letters.one_of(at, &OFFICES)) {
        return Some(to);
    }
    for at in begin + 1..begin + OFFICE_WITHIN {
        if letters.is_edge(Some(at)) {
            return None;
        }
        if letters.before(at) == Some('的') {
            let office = letters.one_of(at, &OFFICES).filter(|to| {
                // … 的服务员说的: heard from one.
                !letters.at(*to).is_some_and(|c| "说讲告透介".contains(c))
            });
            if let Some(to) = office.or_else(|| name(letters, at)) {
                return Some(to);
            }
        }
        let lives = letters
            .before(at)
            .is_some_and(|c| "村屯组镇队号室楼班厂".contains(c));
        if let Some(to) = name(letters, at).filter(|_| lives) {
            return Some(to);
        }
    }
    None
}

/// The last line of several, when it is a name or a name and a day.
pub(super) fn find_signature(letters: &Letters, spots: &mut Vec<Spot>) {
    let mut end = letters.len();
    for _ in 0..2 {
        let Some(line) = last_line(letters, end) else {
            return;
        };
        if let Some(to) = name(letters, line) {
            let rest_is_day = (to..end).all(|at| is_of_day(letters, at));
            let above = last_line(letters, line);
            let is_list = above.is_none_or(|above| {
                name(letters, above).is_some() || letters.ends_in(line - 1, ": 、")
            });
            if rest_is_day && !is_list {
                let why = Why::Name;
                spots.push(Spot {
                    from: line,
                    to,
                    why,
                });
            }
            return;
        }
        // A day below the name.
        if !(line..end).all(|at| is_of_day(letters, at)) {
            return;
        }
        end = line.saturating_sub(1);
    }
}

/// Where the last line before `end` begins that is not blank.
fn last_line(letters: &Letters, end: usize) -> Option<usize> {
    let last = (0..end)
        .rev()
        .find(|at| letters.at(*at).is_some_and(|c| !c.is_whitespace()))?;
    let before = (0..last).rev().find(|at| letters.at(*at) == Some('\n'));
    let begin = before.map_or(0, |at| at + 1);
    (begin..=last).find(|at| letters.at(*at) != Some(' '))
}

fn is_of_day(letters: &Letters, at: usize) -> bool {
    letters
        .at(at)
        .is_some_and(|c| c.is_ascii_digit() || c.is_whitespace() || "年月日-./,。".contains(c))
}

/// Where a name ends that stands here by itself.
fn name(letters: &Letters, from: usize) -> Option<usize> {
    let given = match letters.one_of(from, &LONG_SURNAMES) {
        Some(given) => given,
        None => letters
            .at(from)
            .filter(|c| SURNAMES.contains(*c))
            .map(|_| from + 1)?,
    };
    let is_word = letters.one_of(from, &WORDS).is_some();
    let is_name = |to: usize| {
        let all_given = (given..to).all(|at| {
            letters
                .at(at)
                .is_some_and(|c| is_han(c) && !NOT_GIVEN.contains(c))
        });
        let last = letters.before(to).is_some_and(|c| !NOT_LAST.contains(c));
        let ends = letters.is_edge(Some(to)) || letters.one_of(to, &FOLLOWS).is_some();
        all_given && last && ends
    };
    [given + 2, given + 1]
        .into_iter()
        .find(|to| !is_word && is_name(*to))
}

fn is_han(c: char) -> bool {
    ('\u{3400}'..='\u{9fff}').contains(&c)
}
