//! Hardening that broke submissions: elsewhere a new limit or header stopped real reports for weeks. Here the largest tip that the
//! form allows is sent as an old browser without script sends it, slowly, with every field full, and must get its receipt.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use e2e::form::Form;
use e2e::http::Client;
use e2e::install::Install;
use e2e::letter::Letter;
use e2e::maildir::wait_for_letters;
use e2e::officer::Officer;
use e2e::page::Page;

use super::typed_fields;

/// What Tor Browser sends besides, at its safest.
const HEADERS: &str = "User-Agent: Mozilla/5.0 (Windows NT 10.0; rv:128.0) Gecko/20100101 Firefox/128.0\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,*/*;q=0.8\r\n\
    Accept-Language: en-US,en;q=0.5\r\nOrigin: null\r\nDNT: 1\r\nSec-GPC: 1\r\n\
    Upgrade-Insecure-Requests: 1\r\nSec-Fetch-Dest: document\r\nSec-Fetch-Mode: navigate\r\n\
    Sec-Fetch-Site: same-origin\r\nSec-Fetch-User: ?1\r\nConnection: close\r\n";

/// Bytes of each piece, and the rest between two: about what a telephone in a valley sends.
const PIECE: usize = 4096;
const REST: Duration = Duration::from_millis(5);

fn fullest_form(visitor: &mut Client, what: &str) -> Form {
    let fields = typed_fields(&visitor.get("/tip/").page());
    let form = Form::fetch(visitor).poppies(what);
    let others = fields.iter().filter(|field| *field != "what");
    others.fold(form, |form, field| form.text(field, &"长".repeat(150)))
}

fn send_slowly(port: u16, form: &Form) -> String {
    let body = form.body();
    let mut stream = TcpStream::connect(("127.0.0.1", port)).expect("the service");
    let head = format!(
        "POST /tip/ HTTP/1.1\r\nHost: 127.0.0.1\r\n{HEADERS}Content-Type: {}\r\nContent-Length: {}\r\n\r\n",
        Form::content_type(),
        body.len()
    );
    stream.write_all(head.as_bytes()).expect("the head");
    for piece in body.chunks(PIECE) {
        stream.write_all(piece).expect("a piece");
        // The slowness is what is tried, nothing is awaited.
        std::thread::sleep(REST);
    }
    let mut answer = Vec::new();
    stream.read_to_end(&mut answer).expect("an answer");
    String::from_utf8_lossy(&answer).into_owned()
}

#[test]
fn the_largest_tip_in_pieces_from_a_browser_without_script_gets_its_receipt_and_arrives_whole() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    // Four bytes a character, as many as the form takes.
    let what = "\u{20000}".repeat(20_000);
    let form = fullest_form(&mut visitor, &what);
    let answer = send_slowly(service.port, &form);
    assert!(
        answer.starts_with("HTTP/1.1 200"),
        "{}",
        answer.lines().next().unwrap_or_default()
    );
    let (_, page) = answer.split_once("\r\n\r\n").expect("a page");
    let receipt = Page::parse(page).text("#receipt").expect("a receipt");
    assert_eq!(receipt.chars().filter(|c| !c.is_whitespace()).count(), 12);
    let letters = wait_for_letters(&install.path("mail/dongfeng"), 1);
    let opened = Officer::of(&install, "dongfeng").open(&Letter::read(&letters[0]));
    assert_eq!(opened.facts["what"], what.as_str());
}
