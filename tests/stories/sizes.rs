//! Answers come in few sizes: who counts bytes learns neither which page of the door it was nor how much was typed.

use e2e::form::{FORM, Form, file_tip, look_up};
use e2e::http::Answer;
use e2e::install::Install;

/// Compressed answers of the form are a multiple of this.
const PACKED: usize = 9 << 10;
/// What is not compressed is a multiple of this.
const PLAIN: usize = 32 << 10;

/// As much as a careful witness writes; no sentence twice, since what is alike costs nothing.
const PAGE: &str = "上个月中旬路过村子北边的水库，看见堤坝下面新搭了一个塑料大棚，门口拴着两条狗。\
    大棚里种的东西大约到膝盖那么高，叶子灰绿色，边上有锯齿，有几株已经开了花，花瓣是红的，也有白的和紫的。\
    看管的人五十多岁，骑一辆蓝色三轮车，早上六点左右来浇水，傍晚再来一次，用黑色遮阳网把棚子四面都盖严实。\
    旁边的玉米地是为了挡住从公路上看过来的视线，最外面两行玉米比里面的高出许多。听小卖部的人讲，\
    每年秋天都有一辆外地牌照的面包车半夜开进来，停半个钟头就走，车上下来的人戴着口罩，搬走几个编织袋。\
    去年有人问起过，他们回答说是药厂订的货，可是没有见过任何手续，也没有挂过牌子。";

/// The body as it was sent.
fn sent(answer: &Answer) -> usize {
    let length = answer.header("content-length").expect("a length");
    length.parse().expect("a number")
}

#[test]
fn the_form_the_receipt_and_the_form_that_comes_back_are_equally_long() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor().with_header("Accept-Encoding", "gzip");
    let answers = [
        ("the form", visitor.get(FORM)),
        (
            "a receipt",
            Form::fetch(&mut visitor).poppies("短").send(&mut visitor),
        ),
        (
            "another",
            Form::fetch(&mut visitor)
                .poppies(&"长".repeat(9_000))
                .send(&mut visitor),
        ),
        (
            "back",
            Form::fetch(&mut visitor)
                .text("place", "村东")
                .send(&mut visitor),
        ),
        (
            "unknown, a page of text",
            Form::with_id("x").poppies(PAGE).send(&mut visitor),
        ),
        (
            "back with a place marked",
            Form::fetch(&mut visitor)
                .poppies(&format!("我家对门种的。{PAGE}"))
                .send(&mut visitor),
        ),
        ("numbers", visitor.get("/tip/statistics/")),
    ];
    for (what, answer) in &answers {
        assert_eq!(answer.header("content-encoding"), Some("gzip"), "{what}");
        assert_eq!(sent(answer), PACKED, "{what}");
        answer.page().assert_site_layout(what);
    }
}

#[test]
fn without_compression_and_in_the_mailbox_answers_are_padded_too_errors_among_them() {
    let install = Install::new().with("limits.refuse_per_minute", 5);
    let service = install.start();
    let mut visitor = service.visitor();
    let receipt = file_tip(&mut visitor, "信箱的大小");
    let mut answers = vec![
        visitor.get(FORM),
        Form::fetch(&mut visitor).send(&mut visitor),
    ];
    let mut packing = service.visitor().with_header("Accept-Encoding", "gzip");
    for _ in 0..12 {
        answers.push(look_up(&mut packing, &receipt));
    }
    assert_eq!(answers.last().map(|answer| answer.status), Some(429));
    for answer in &answers {
        assert_eq!(answer.header("content-encoding"), None);
        assert_eq!(sent(answer) % PLAIN, 0, "{}", answer.status);
    }
}
