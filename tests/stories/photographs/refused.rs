//! Files that are no photographs, too many, too large: each page says which and what to do, and keeps the rest.

use e2e::cases::{assert_error_page, assert_kept};
use e2e::form::Form;
use e2e::http::Answer;
use e2e::install::Install;
use e2e::picture::jpeg;

use super::{assert_receipt, opened, pictures, small};

/// The first bytes of what telephones and desks hold besides photographs, with enough behind them.
fn file(head: &[u8]) -> Vec<u8> {
    [head, &[0x5a; 5000]].concat()
}

fn sent_with(files: &[Vec<u8>]) -> (Install, Answer) {
    let install = Install::new();
    let answer = {
        let service = install.start();
        let mut visitor = service.visitor();
        let form = Form::fetch(&mut visitor).poppies("看看附件");
        let form = files.iter().fold(form, |form, bytes| {
            form.file("IMG_0001.jpg", "image/jpeg", bytes)
        });
        form.send(&mut visitor)
    };
    (install, answer)
}

#[test]
fn heic_pdf_and_films_are_refused_in_words_whatever_their_name_and_type_say() {
    let cases: [(&str, &[u8], &str); 4] = [
        ("HEIC", b"\0\0\0\x18ftypheic\0\0\0\0mif1heic", "兼容性最佳"),
        ("PDF", b"%PDF-1.7\n", "请拍成照片"),
        ("MP4", b"\0\0\0\x18ftypisom\0\0\x02\0isomiso2", "录像"),
        ("noise", &[0xff; 999], "不是 JPEG、PNG 或 WebP"),
    ];
    for (what, head, words) in cases {
        let (_, answer) = sent_with(&[small(1), file(head)]);
        assert_error_page(what, &answer, 415);
        assert_kept(what, &answer, &[("what", "看看附件"), ("county", "220421")]);
        let page = answer.page();
        let said = page.text("#files-problem").unwrap_or_default();
        assert!(
            said.contains("第 2 张") && said.contains(words),
            "{what}: {said}"
        );
        assert!(
            page.has(".problems a[href='#files']"),
            "linked from the top"
        );
        assert!(page.body().contains("您选的 1 张照片都还在"), "{what}");
    }
}

#[test]
fn a_damaged_photograph_is_asked_back_and_the_good_one_goes_along_later() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let whole = small(2);
    let form = Form::fetch(&mut visitor)
        .poppies("一张坏了")
        .file("a.jpg", "image/jpeg", &whole[..whole.len() / 2])
        .file("b.jpg", "image/jpeg", &small(1));
    let answer = form.send(&mut visitor);
    assert_error_page("damaged", &answer, 422);
    let again = Form::of(&answer).expect("a form").poppies("一张坏了");
    assert_receipt(&again.send(&mut visitor));
    assert_eq!(pictures(&opened(&install, 1)).len(), 1);
}

#[test]
fn eleven_mebibytes_are_too_large_and_everything_else_is_kept() {
    let large = [small(2), vec![0; 11 << 20]].concat();
    let (_, answer) = sent_with(&[large, small(1)]);
    assert_error_page("11 MiB", &answer, 413);
    assert_kept("11 MiB", &answer, &[("what", "看看附件")]);
    let body = answer.page().body();
    assert!(body.contains("第 1 张超过 10 MB"), "{body}");
    assert!(body.contains("您选的 1 张照片都还在"), "{body}");
}

#[test]
fn of_seven_photographs_five_stay_and_the_page_says_so() {
    let files: Vec<Vec<u8>> = (0..7).map(|n| jpeg(64, 64, 60, n)).collect();
    let (_, answer) = sent_with(&files);
    assert_error_page("seven", &answer, 413);
    let body = answer.page().body();
    assert!(body.contains("多出的 2 张没有收"), "{body}");
    assert!(body.contains("您选的 5 张照片都还在"), "{body}");
    assert_kept("seven", &answer, &[("what", "看看附件")]);
}

#[test]
fn an_empty_file_input_as_browsers_send_it_is_no_file() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let form =
        Form::fetch(&mut visitor)
            .poppies("没有照片")
            .file("", "application/octet-stream", b"");
    let answer = form.send(&mut visitor);
    assert_receipt(&answer);
    assert!(!answer.page().body().contains("张照片"));
}
