//! Photographs as somebody without script sends them from an old telephone.

use e2e::browser::{Browser, PHONE};
use e2e::install::Install;
use e2e::picture::put;

use super::{opened, pictures, small};

const WHAT: &str = "老李家房后的大棚里种了一大片罂粟，开红花。";

#[test]
fn from_a_telephone_without_script_photographs_are_chosen_refused_held_and_sent() {
    let install = Install::new();
    let service = install.start();
    let browser = Browser::open(PHONE);
    let shot = |step: &str| {
        for (name, dark) in [("light", false), ("dark", true)] {
            browser.prefer_dark(dark);
            browser.picture_whole(&format!("photographs-{step}-{name}"), PHONE);
        }
        browser.prefer_dark(false);
        assert!(!browser.overflows(), "{step} is wider than the screen");
    };
    let folder = tempfile::tempdir().expect("a folder");
    let choose = |name: &str, bytes: &[u8]| {
        let path = put(&folder, name, bytes);
        browser.fill("#files", &path.display().to_string());
    };
    browser.go(&format!("http://127.0.0.1:{}/tip/", service.port));
    browser.fill("textarea[name=what]", WHAT);
    browser.choose("select[name=county]", "东丰县");
    choose("one.jpg", &small(1));
    choose("two.jpg", &small(2));
    choose(
        "film.mp4",
        b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2aaaaaaaaaaaaaaaaaaaaaaaa",
    );
    browser.click("#photo_place");
    shot("1-chosen");
    let send = "form[enctype='multipart/form-data'] button[type=submit]";
    browser.click_through(send);
    let said = browser.text("main");
    assert!(said.contains("您选的 2 张照片都还在"), "{said}");
    assert!(said.contains("是录像，这里不收"), "{said}");
    shot("2-refused");
    browser.click_through(send);
    let said = browser.text("main");
    assert!(said.contains("2 张照片也收到了"), "{said}");
    assert!(said.contains("拍摄地点另写在信里"), "{said}");
    shot("3-receipt");
    assert_eq!(pictures(&opened(&install, 1)).len(), 2);
}
