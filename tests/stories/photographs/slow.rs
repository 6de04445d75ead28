//! Slow lines and full rooms: whoever keeps sending is waited for; where no photograph fits, words still do.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::{Duration, Instant};

use e2e::cases::{assert_error_page, assert_kept};
use e2e::form::{FORM, Form};
use e2e::install::Install;
use e2e::machine::wait_for;
use e2e::picture::jpeg;
use e2e::service::Service;

use super::assert_receipt;

/// A post by hand: the head is sent, and as much of the body as is wanted.
pub(super) struct Upload {
    pub(super) stream: TcpStream,
    pub(super) body: Vec<u8>,
    pub(super) sent: usize,
}

impl Upload {
    pub(super) fn begin(service: &Service<'_>, form: &Form) -> Self {
        let mut stream = TcpStream::connect(("127.0.0.1", service.port)).expect("in");
        let body = form.body();
        let head = format!(
            "POST {FORM} HTTP/1.1\r\nHost: x\r\nConnection: close\r\nContent-Type: {}\r\nContent-Length: {}\r\n\r\n",
            Form::content_type(),
            body.len()
        );
        stream.write_all(head.as_bytes()).expect("a head");
        Self {
            stream,
            body,
            sent: 0,
        }
    }

    /// Sends up to `bytes` more; false when the service has closed.
    pub(super) fn send(&mut self, bytes: usize) -> bool {
        let end = (self.sent + bytes).min(self.body.len());
        let sent = self.stream.write_all(&self.body[self.sent..end]);
        self.sent = end;
        sent.is_ok()
    }

    fn answer(mut self) -> String {
        let mut answer = Vec::new();
        let patience = Some(Duration::from_secs(60));
        self.stream.set_read_timeout(patience).expect("a socket");
        // What came before a reset counts.
        let _ = self.stream.read_to_end(&mut answer);
        String::from_utf8_lossy(&answer).into_owned()
    }
}

#[test]
fn a_slow_line_that_keeps_sending_is_waited_for_beyond_the_time_for_words() {
    let install = Install::new().with("server.body_seconds", 10);
    let service = install.start();
    let photograph = jpeg(1200, 900, 200, 1);
    let form = Form::fetch(&mut service.visitor()).poppies("网很慢").file(
        "a.jpg",
        "image/jpeg",
        &photograph,
    );
    let mut upload = Upload::begin(&service, &form);
    let begun = Instant::now();
    // In twelve seconds and a half, evenly.
    let piece = upload.body.len() / 250 + 1;
    assert!(piece * 20 > 12 << 10, "fast enough for the rule: {piece}");
    while upload.sent < upload.body.len() {
        assert!(upload.send(piece), "cut after {:?}", begun.elapsed());
        std::thread::sleep(Duration::from_millis(50));
    }
    assert!(begun.elapsed() > Duration::from_secs(11));
    let answer = upload.answer();
    assert!(answer.starts_with("HTTP/1.1 200"), "{answer}");
}

#[test]
fn who_stops_in_the_middle_is_told_and_finds_the_words_again() {
    let install = Install::new().with("server.body_seconds", 10);
    let service = install.start();
    let form = Form::fetch(&mut service.visitor())
        .poppies("发到一半停了")
        .file("a.jpg", "image/jpeg", &jpeg(300, 200, 200, 1));
    let mut upload = Upload::begin(&service, &form);
    upload.send(upload.body.len() / 2);
    let answer = upload.answer();
    assert!(answer.starts_with("HTTP/1.1 408"), "{answer}");
    assert!(answer.contains("发到一半停了") && answer.contains("网络太慢"));
}

#[test]
fn when_no_photograph_fits_words_are_taken_and_later_photographs_again() {
    let install = Install::new().with("store.spool_mib", 128);
    let service = install.start();
    let mut visitor = service.visitor();
    // Three that send 48 MB each and never end.
    let endless = vec![0x5a; 10 << 20];
    let hogs: Vec<Upload> = (0..3)
        .map(|_| {
            let form = (0..5).fold(Form::fetch(&mut visitor), |form, _| {
                form.file("a.jpg", "image/jpeg", &endless)
            });
            let mut upload = Upload::begin(&service, &form);
            upload.send(48 << 20);
            upload
        })
        .collect();
    let words = Form::fetch(&mut visitor).poppies("照片装不下");
    // Larger than what a hog that found no room for its last file leaves.
    let large = jpeg(3300, 2700, 200, 1);
    assert!(large.len() > 4 << 20, "{}", large.len());
    let with = words.clone().file("a.jpg", "image/jpeg", &large);
    let answer = with.send(&mut visitor);
    assert_error_page("no room", &answer, 503);
    assert_kept("no room", &answer, &[("what", "照片装不下")]);
    assert!(answer.page().body().contains("可以先发文字"));
    assert_receipt(&words.send(&mut visitor));
    drop(hogs);
    wait_for("room for photographs", Duration::from_secs(20), || {
        let answer = with.send(&mut visitor);
        (answer.status == 200).then_some(())
    });
}
