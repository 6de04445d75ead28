//! Tips to test with.

use sealed_tip::{Answer, Named, Text, Tip};

pub(crate) fn named(code: &str, name: &str) -> Named {
    Named {
        code: code.into(),
        name: name.into(),
    }
}

/// A tip with everything in it.
pub(crate) fn full() -> Tip {
    Tip {
        kind: named("cultivation", "非法种植"),
        what: Text::block("后山沟里有人种罂粟，\n大约两分地。\n\n每天早上五点有人浇水。"),
        county: Some(named("220421", "东丰县")),
        township: Some(named("hengdaohe", "横道河镇")),
        village: Some(named("test", "测试村")),
        place: Text::line("村北第三条沟，红砖房后面"),
        when: Text::line("上周三早上"),
        source: Text::line("亲眼看见"),
        people: Text::line("一男一女，四十岁左右"),
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
        supplement: false,
        suspect_robot: false,
    }
}

/// A tip with nothing but the one required field.
pub(crate) fn bare(what: &str) -> Tip {
    Tip::bare(named("other", "其他"), Text::block(what))
}
