//! Words that single the writer out by what is the writer's own: 我家对门, 我同事, 我们厂, 只有我知道. 我们村 is left alone:
//! hundreds could say it, and a tip without a place is worth little.

use super::letters::{Letters, Words};
use super::{Spot, Why};

/// What is about a home.
static HOME: Words = Words::of(
    "对门 对面 对过 斜对 隔壁 旁边 边上 附近 楼上 楼下 前院 后院 东院 西院 前面 后面 前边 后边 东边 西边 \
    南边 北边 左边 右边 房前 房后 屋后 门口 门前 大门 窗户 窗外 窗台 阳台 院 大棚 地边 地头 地里 地旁 \
    的地 那块地 住 邻居 亲戚 孩子 小孩 儿子 女儿 闺女 姑娘 老人 老公 老婆 媳妇 男人 对象 单元 楼道 这栋 \
    这楼 在 离",
);
/// People of one's own, in whole words.
static PEOPLE: Words = Words::of(
    "邻居 对门 隔壁 楼上 楼下 同事 同学 同桌 室友 舍友 工友 战友 发小 闺蜜 朋友 哥们 老板 领导 上司 主管 \
    老师 师傅 徒弟 员工 下属 房东 租客 房客 房子 出租屋 出租房 客户 老公 丈夫 老婆 妻子 媳妇 爱人 对象 \
    老伴 男朋友 女朋友 男友 女友 前男友 前女友 前夫 前妻 儿子 儿媳 女儿 闺女 姑娘 孩子 小孩 父亲 母亲 \
    父母 公公 婆婆 公婆 岳父 岳母 丈人 丈母娘 孙子 孙女 外孙 外甥 小舅子 大舅子 小姨子 连襟 妯娌 姑姑 \
    姑父 姑妈 姑夫 大姑 二姑 小姑 老姑 伯父 伯母 大伯 二伯 亲戚 亲属 亲家 家人 家里 家属",
);
/// Kin in one character, perhaps with one of [`RANKS`] before it.
const KIN: &str = "爸妈爹娘哥姐弟妹爷奶姥叔舅姨婶嫂侄";
const RANKS: &str = "大二三四五六小老亲堂表";
/// Characters after which the one before was no kin: 我的妈呀, 我奶茶.
const NO_KIN: &str = "呀啊哟呦耶嘞哎茶粉瓶";
/// Where one works, learns or lives with few others.
static PLACES: Words = Words::of(
    "单位 公司 厂 工厂 车间 办公室 科室 宿舍 寝室 班上 班里 班级 班同学 店里 这栋楼 这个楼 这楼 这个单元 \
    单元 所在的 楼道",
);
/// What one does, of those few who do it there.
static DOES: Words = Words::of(
    "上班的 打工的 工作的 干活的 上学的 实习的 就职 任职 值班 值夜班 上夜班 下夜班 送外卖 送快递 开出租 \
    跑出租 当保安 做保洁 当服务员 住在 住的 就住 住他 住她 租的房 租住",
);
/// What follows the place where one works: 我在某厂上班.
static WORKS: Words = Words::of("上班 打工 工作 务工 干活 值班 上学 读书 实习 任职");
/// Somebody else, or seeing and hearing: then 上班 is not the writer's.
const OTHERS: &str = "看听见他她它你您发遇碰说问闻知网";
/// So far behind 我在 the work is looked for.
const WORK_WITHIN: usize = 14;

static ALONE: Words = Words::of(
    "只有我 就我一个人知道 就我知道 就我看见 只告诉过我 只告诉了我 只跟我说 只和我说 只对我说 除了我没 \
    除我以外没 没有别人知道 没有第二个人知道 别人都不知道 别人谁也不知道 当时只有我",
);

/// The words above by the names that the browser's guard knows them by.
pub(super) const fn lists() -> [(&'static str, &'static str); 10] {
    [
        ("home", HOME.text()),
        ("people", PEOPLE.text()),
        ("kin", KIN),
        ("ranks", RANKS),
        ("no_kin", NO_KIN),
        ("places", PLACES.text()),
        ("does", DOES.text()),
        ("works", WORKS.text()),
        ("others", OTHERS),
        ("alone", ALONE.text()),
    ]
}

pub(super) fn find(letters: &Letters, spots: &mut Vec<Spot>) {
    for from in 0..letters.len() {
        if letters.is_quoted(from) {
            continue;
        }
        let found = match letters.at(from) {
            Some('我' | '本') => relation(letters, from).map(|to| (to, Why::Relation)),
            Some(c) if "只就除没别当".contains(c) => {
                alone(letters, from).map(|to| (to, Why::Alone))
            }
            _ => None,
        };
        if let Some((to, why)) = found {
            spots.push(Spot { from, to, why });
        }
    }
}

fn relation(letters: &Letters, from: usize) -> Option<usize> {
    if let Some(to) = letters.any(from, "本单位 本厂 本公司 本班") {
        let alone = !letters
            .before(from)
            .is_some_and(|c| "日基资根样版课书剧成".contains(c));
        return alone.then_some(to);
    }
    let me = letters.word(from, "我")?;
    let us = letters.word(me, "们").unwrap_or(me);
    if let Some(home) = letters.any(us, "家 的家") {
        return letters.one_of(home, &HOME);
    }
    if let Some(to) = letters.one_of(us, &DOES).or_else(|| works(letters, me)) {
        return Some(to);
    }
    let own = letters.any(us, "的 那 那个 一个 这个").unwrap_or(us);
    let people = letters.one_of(own, &PEOPLE).or_else(|| kin(letters, own));
    let places = letters.one_of(own, &PLACES);
    let to = people.max(places)?;
    // 我朋友圈 is a list, 我老师傅 nobody's own.
    (!letters.at(to).is_some_and(|c| "圈墙".contains(c))).then_some(to)
}

fn kin(letters: &Letters, at: usize) -> Option<usize> {
    let ranked = letters.skip(at, RANKS, 1);
    let is_kin = letters.at(ranked).is_some_and(|c| KIN.contains(c));
    let is_cry = letters.at(ranked + 1).is_some_and(|c| NO_KIN.contains(c));
    (is_kin && !is_cry).then(|| letters.skip(ranked, KIN, 2))
}

/// 我在某厂上班: a place between, and nobody else.
fn works(letters: &Letters, me: usize) -> Option<usize> {
    let begin = letters.word(me, "在")?;
    for at in begin + 1..begin + WORK_WITHIN {
        let is_others = letters.before(at).is_none_or(|c| OTHERS.contains(c));
        if is_others || letters.is_edge(at.checked_sub(1)) {
            return None;
        }
        if let Some(to) = letters.one_of(at, &WORKS) {
            return Some(to);
        }
    }
    None
}

fn alone(letters: &Letters, from: usize) -> Option<usize> {
    let to = letters.one_of(from, &ALONE)?;
    (!letters.ends_in(from, "不 不是 非 不光 不止")).then_some(to)
}
