//! The unit's own figures, written down here once more by hand from its article of June 2019: each
//! stands once in the data, with no other beside them, and on its page, in words or in its chart.

use std::collections::BTreeMap;

use toml::{Table, Value};

use crate::rule::{Fault, Finding, Ground, Rule, swap};
use crate::site::{Site, WebPage};

/// Data that comes from the article say so.
const ARTICLE: &str = "供稿（2019年6月）";

/// Of which set, under which label, what, and the page it belongs to.
const FIGURES: &str = "
enforcement | 起诉涉毒犯罪嫌疑人 | 52人 | /campaigns/enforcement/
enforcement | 查获吸毒人员 | 53人 | /campaigns/enforcement/
enforcement | 决定强制隔离戒毒 | 12人 | /campaigns/enforcement/
enforcement | 抓获B级涉毒逃犯 | 1人 | /campaigns/enforcement/
enforcement | 抓获历年涉毒逃犯 | 1人 | /campaigns/enforcement/
enforcement-results | 2018年缉毒执法考评 | 第4名 | /campaigns/enforcement/
enforcement-results | 破获部督案件 | 1起 | /campaigns/enforcement/
enforcement-results | 2019年上半年综合成绩 | 全省前列 | /campaigns/enforcement/
demonstration-city | 国家禁毒委确认辽源参加创建 | 2018年初 | /campaigns/demonstration-city/
torch-relay | 火炬传递参加者 | 2000余人 | /campaigns/outreach/
foundations | 网格化覆盖率 | 100% | /campaigns/foundations/
foundations | 娱乐场所张贴禁毒标识 | 全部 | /campaigns/foundations/
foundations | 娱乐场所涉毒案件 | 0起 | /campaigns/foundations/
foundations | 易制毒化学品流入非法渠道 | 0起 | /campaigns/foundations/
youth-627 | 学校接入率 | 100% | /campaigns/youth-627/
youth-627 | 学生知识率 | 100% | /campaigns/youth-627/
youth-627 | 师资配备率 | 100% | /campaigns/youth-627/
youth-627 | 完成课时率 | 100% | /campaigns/youth-627/
youth-627 | 课辅配备率 | 100% | /campaigns/youth-627/
youth-627-activities | 各类学校开展的特色活动 | 267场 | /campaigns/youth-627/
youth-627-activities | 参加特色活动的师生 | 50000人次以上 | /campaigns/youth-627/
youth-627-activities | 禁毒预防教育考核全省名次 | 前两名 | /campaigns/youth-627/
schools | 禁毒校外辅导员 | 48名 | /campaigns/schools/
schools | 走进的学校 | 81所 | /campaigns/schools/
schools | 听辅导员讲课的师生 | 6500名 | /campaigns/schools/
model-schools | 全市毒品预防教育示范学校 | 11所 | /campaigns/schools/
contest | 辽源学生在全省禁毒知识竞赛的名次 | 第1名 | /campaigns/contest/
contest | 将代表吉林省参加全国竞赛的辽源选手 | 3名 | /campaigns/contest/
zero-planting | 毒品原植物种植 | 零 | /campaigns/zero-planting/
zero-planting | 毒品原植物产量 | 零 | /campaigns/zero-planting/
zero-planting | 国家禁毒委“天目-2018”考核验收 | 通过 | /campaigns/zero-planting/
precursors | 使用企业 | 75家 | /campaigns/precursors/
precursors | 销售企业 | 1家 | /campaigns/precursors/
precursors-online | 纳入吉林省易制毒化学品管理系统的企业 | 76家 | /campaigns/precursors/
";

/// Days, places and names of the article, and captions that are quoted, on the page they belong to.
const WORDS: &str = "
/campaigns/four-battles/ | 严打 | 示范城市 | 宣传 | 基础工作
/campaigns/enforcement/ | 2019年上半年 | 2018年
/campaigns/demonstration-city/ | 2018年初 | 国家禁毒委
/campaigns/foundations/ | 两打两控两收 | 只跑一次 | 近三年
/campaigns/youth-627/ | 2016 | 2018
/campaigns/schools/ | 2018年4月28日 | 禁毒宣传进校园，警校携手护航促学生成长
/campaigns/contest/ | 2019年
/campaigns/zero-planting/ | 天目-2018 | 责任状 | 举报
/campaigns/precursors/ | 只跑一次 | 76
/campaigns/self-discipline/ | 发挥行业自律监管作用，遏制易制毒化学品流入非法渠道
/campaigns/community-recovery/ | 100%
/campaigns/community-quiz/ | 开展禁毒知识测试
/campaigns/volunteers/ | 开展禁毒志愿服务，弘扬志愿服务精神
/torch-relay/ | 2019年6月12日 | 人民广场 | 平安广场 | 三级 | 2000余人 | “不忘初心、牢记使命，禁毒火炬燃动吉林”火炬传递活动辽源站活动现场 | 深入开展禁毒宣传，提升全民禁毒意识，筑牢防毒防线
";

pub(super) const RULE: Rule = Rule {
    check,
    ground: Ground::Built,
    faults: &[
        Fault {
            plants: &swap("data/figures.toml", "value = 267\n", "value = 276\n"),
            finds: "data: youth-627-activities, 各类学校开展的特色活动: 276场, in the article 267场",
        },
        Fault {
            plants: &swap(
                "data/figures.toml",
                "[[set.item]]\nvalue = 81\nunit = \"所\"\nlabel = \"走进的学校\"\n",
                "",
            ),
            finds: "data: schools, 走进的学校: no 81所",
        },
        Fault {
            plants: &swap(
                "data/figures.toml",
                "value = 53\nunit = \"人\"\nlabel = \"查获吸毒人员\"",
                "value = 53\nunit = \"人\"\nlabel = \"查获吸毒人员\"\n[[set.item]]\nvalue = 53\nunit = \"人\"\nlabel = \"又一次\"",
            ),
            finds: "enforcement, 又一次: 53人 is not in the article, or stands twice",
        },
        Fault {
            plants: &swap(
                "data/timeline.toml",
                "在人民广场和平安广场。",
                "在人民广场和平安广场，2000余人。",
            ),
            finds: "timeline.toml: says 2000余人 again",
        },
        Fault {
            plants: &swap(
                "public/campaigns/contest/index.html",
                "<b>3</b>",
                "<b>4</b>",
            ),
            finds: "/campaigns/contest/: does not show 将代表吉林省参加全国竞赛的辽源选手 3名",
        },
        Fault {
            plants: &swap("public/torch-relay/index.html", "平安广场", "安平广场"),
            finds: "/torch-relay/: does not say 平安广场",
        },
    ],
};

/// One figure of the list.
struct Figure {
    set: &'static str,
    label: &'static str,
    text: &'static str,
    page: &'static str,
}

/// The lines of a list, each in its parts.
fn lines(list: &'static str) -> impl Iterator<Item = Vec<&'static str>> {
    list.trim()
        .lines()
        .map(|line| line.split(" | ").collect::<Vec<_>>())
}

fn figures() -> Vec<Figure> {
    let figures = lines(FIGURES).map(|parts| {
        let [set, label, text, page] = parts[..] else {
            panic!("four parts, not {parts:?}")
        };
        Figure {
            set,
            label,
            text,
            page,
        }
    });
    figures.collect()
}

fn check(site: &Site) -> Vec<Finding> {
    let data = site.data();
    let mut wrong = of_data(&data["figures.toml"]);
    wrong.extend(said_again(&data));
    for figure in figures() {
        let page = site.page(figure.page);
        if !page.is_some_and(|page| shows(page, &figure)) {
            let what = format!("does not show {} {}", figure.label, figure.text);
            wrong.push(Finding::new(figure.page, what));
        }
    }
    for line in lines(WORDS) {
        let text = site.page(line[0]).and_then(|page| page.text("main"));
        let text = text.unwrap_or_default();
        let missing = line[1..].iter().filter(|word| !text.contains(**word));
        wrong.extend(missing.map(|word| Finding::new(line[0], format!("does not say {word}"))));
    }
    wrong
}

/// Every figure of the article once, and nothing that says it is from there and is not.
fn of_data(data: &Table) -> Vec<Finding> {
    let mut due = figures();
    let mut wrong = Vec::new();
    for set in tables(data, "set") {
        if !text(set, "source").contains(ARTICLE) {
            continue;
        }
        let id = text(set, "id");
        // An item that only points to another holds no figure of its own.
        let items = tables(set, "item").filter(|item| !item.contains_key("same"));
        for item in items {
            let label = text(item, "label");
            let said = text(item, "value") + text(item, "unit").as_str();
            let at = due
                .iter()
                .position(|figure| figure.set == id && figure.label == label);
            let what = match at.map(|at| due.remove(at).text) {
                None => format!("{said} is not in the article, or stands twice"),
                Some(text) if text != said => format!("{said}, in the article {text}"),
                Some(_) => continue,
            };
            wrong.push(Finding::new("data", format!("{id}, {label}: {what}")));
        }
    }
    let missing = due.iter().map(|figure| {
        let Figure {
            set, label, text, ..
        } = figure;
        Finding::new("data", format!("{set}, {label}: no {text}"))
    });
    wrong.extend(missing);
    wrong
}

/// Figures that another file of data repeats: two places to change are one too many.
fn said_again(data: &BTreeMap<&str, Table>) -> Vec<Finding> {
    // Smaller numbers mean other things as well, and a hundred is always a hundred per cent.
    let is_telling = |text: &str| text.starts_with(|c: char| c.is_ascii_digit()) && text.len() > 5;
    let figures: Vec<&str> = figures().iter().map(|figure| figure.text).collect();
    let mut wrong = Vec::new();
    for name in ["events.toml", "timeline.toml"] {
        let text = data.get(name).map(ToString::to_string).unwrap_or_default();
        let again = figures
            .iter()
            .filter(|figure| is_telling(figure) && text.contains(**figure));
        wrong.extend(again.map(|figure| Finding::new(name, format!("says {figure} again"))));
    }
    wrong
}

/// The tables of a list in a table.
fn tables<'a>(of: &'a Table, key: &str) -> impl Iterator<Item = &'a Table> {
    let items = of.get(key).and_then(Value::as_array);
    items.into_iter().flatten().filter_map(Value::as_table)
}

fn text(table: &Table, key: &str) -> String {
    match table.get(key) {
        Some(Value::String(text)) => text.clone(),
        Some(other) => other.to_string(),
        None => String::new(),
    }
}

/// Whether a page has, as a figure or as a table's line, this label with this value.
fn shows(page: &WebPage, figure: &Figure) -> bool {
    let lines = page
        .all("figure .numbers > div, figure tbody > tr")
        .into_iter();
    let folded = lines.map(|line| {
        line.text()
            .flat_map(str::split_whitespace)
            .collect::<String>()
    });
    let mut folded = folded.filter(|line| line.starts_with(figure.label));
    folded.any(|line| line.ends_with(figure.text))
}
