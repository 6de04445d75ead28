//! Promises 2 and 3: after a tip nothing of it, and nothing of who sent it or when, can be found
//! anywhere the service writes. Everything is searched, in every spelling a program might use.

use std::path::Path;
use std::time::{SystemTime, UNIX_EPOCH};

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use e2e::form::{FORM, Form, look_up, shown_receipt};
use e2e::install::Install;
use e2e::machine::files_under;
use e2e::maildir::wait_for_letters;

/// The visitor's address, as the proxy in front sees it and as it is connected.
const FORWARDED: [u8; 4] = [203, 0, 113, 77];
const CONNECTED: [u8; 4] = [127, 83, 77, 31];
const AGENT: &str = "Kennzeichen-Agent/77.31";
const REFERRER: &str = "verweis-7731.example";
const COOKIE: &str = "keks7731=ja";

/// A thing to look for: what it is, and its bytes.
pub(crate) type Needle = (String, Vec<u8>);

#[test]
fn nothing_of_a_tip_or_its_sender_is_found_anywhere_afterwards() {
    let install = Install::new()
        .with("log.level", "debug")
        .with("server.trusted_proxies", vec![text(CONNECTED)]);
    let service = install.start();
    let before = unix_now();
    let mut visitor = service
        .visitor()
        .at(CONNECTED)
        .with_header("X-Forwarded-For", &text(FORWARDED))
        .with_header("User-Agent", AGENT)
        .with_header("Referer", &format!("https://{REFERRER}/"))
        .with_header("Cookie", COOKIE);
    let fields = every_text_field(&visitor.get(FORM).page());
    assert!(
        fields.len() > 12,
        "the form has more fields than {fields:?}"
    );
    let mut form = Form::fetch(&mut visitor)
        .text("kind", "cultivation")
        .text("county", "220421");
    for field in &fields {
        form = form.text(field, &marker(field));
    }
    let answer = form.send(&mut visitor);
    let receipt = shown_receipt(&answer)
        .unwrap_or_else(|| panic!("no receipt, {}: {}", answer.status, answer.page().body()));
    // What comes back with errors, what is too long and what breaks off must leave nothing either.
    let refused = Form::fetch(&mut visitor)
        .text("kind", "none")
        .text("what", &marker("refused"));
    assert_eq!(refused.send(&mut visitor).status, 422);
    let long = format!("{}{}", marker("long"), "长".repeat(20_000));
    assert_ne!(
        Form::fetch(&mut visitor)
            .text("what", &long)
            .send(&mut visitor)
            .status,
        200
    );
    look_up(&mut visitor, &receipt);
    wait_for_letters(&install.path("mail/dongfeng"), 1);
    let after = unix_now();

    let mut needles = needles_of_the_sender();
    for field in fields.iter().map(String::as_str).chain(["refused", "long"]) {
        needles.extend(spellings(field, &marker(field)));
    }
    needles.extend(spellings("the receipt", &receipt));
    needles.extend(moments(before, after));
    // The configuration names the proxy, and the secret keys are the units' own.
    let found = search(install.folder(), &needles, &["tip-service.toml", "keys"]);
    assert!(found.is_empty(), "found afterwards:\n{}", found.join("\n"));
    no_open_file_elsewhere(service.pid(), install.folder());
    no_core_dump(service.pid());
}

fn text(address: [u8; 4]) -> String {
    address.map(|byte| byte.to_string()).join(".")
}

/// Who it was: what the browser says of itself, and its address as text and in binary.
fn needles_of_the_sender() -> Vec<Needle> {
    let mut needles = Vec::new();
    for (what, words) in [("agent", AGENT), ("referrer", REFERRER), ("cookie", COOKIE)] {
        needles.extend(spellings(what, words));
    }
    for (what, address) in [("forwarded", FORWARDED), ("connected", CONNECTED)] {
        let turned = address.iter().rev().copied().collect();
        needles.push((format!("{what} address in binary"), address.to_vec()));
        needles.push((format!("{what} address in binary, turned"), turned));
        needles.extend(spellings(&format!("{what} address"), &text(address)));
    }
    needles
}

#[test]
fn the_search_finds_each_spelling_it_looks_for() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut needles = spellings("words", &marker("words"));
    needles.extend(moments(1_795_000_000, 1_795_000_001));
    for (number, (_, bytes)) in needles.iter().enumerate() {
        let path = folder.path().join(number.to_string());
        let hidden = [b"something ".as_slice(), bytes, b" something".as_slice()].concat();
        std::fs::write(path, hidden).expect("a file");
    }
    let found = search(folder.path(), &needles, &[]);
    for (what, _) in &needles {
        assert!(
            found.iter().any(|line| line.contains(what.as_str())),
            "{what} is not found"
        );
    }
    assert!(search(folder.path(), &spellings("other", "不在这里的话"), &[]).is_empty());
}

/// The names of all fields one can type into.
fn every_text_field(page: &e2e::page::Page) -> Vec<String> {
    let within = "form[enctype='multipart/form-data']";
    let selector = format!(
        "{within} textarea, {within} input:not([type=hidden]):not([type=radio])\
         :not([type=checkbox]):not([type=file]):not([type=submit])"
    );
    page.attributes(&selector, "name")
}

fn marker(field: &str) -> String {
    format!("暗记句QZX7731{field}")
}

/// A text in every spelling a program might write it in.
pub(crate) fn spellings(what: &str, text: &str) -> Vec<Needle> {
    let bytes = text.as_bytes();
    let wide: Vec<u16> = text.encode_utf16().collect();
    let hex: String = bytes.iter().map(|byte| format!("{byte:02x}")).collect();
    let percent: String = bytes.iter().map(|byte| format!("%{byte:02X}")).collect();
    let form = e2e::form::url_encoded(&[("", text)])
        .trim_start_matches('=')
        .to_string();
    let escaped: String = wide.iter().map(|unit| format!("\\u{unit:04x}")).collect();
    let mut all = vec![
        ("UTF-8", bytes.to_vec()),
        (
            "UTF-16 LE",
            wide.iter().flat_map(|unit| unit.to_le_bytes()).collect(),
        ),
        (
            "UTF-16 BE",
            wide.iter().flat_map(|unit| unit.to_be_bytes()).collect(),
        ),
        ("hex", hex.clone().into_bytes()),
        ("HEX", hex.to_uppercase().into_bytes()),
        ("percent", percent.clone().into_bytes()),
        ("percent, lower", percent.to_lowercase().into_bytes()),
        ("form", form.into_bytes()),
        ("JSON escapes", escaped.into_bytes()),
    ];
    for shift in 0..3 {
        // Base64 of the text at each alignment, without the characters its neighbours share.
        let mut shifted = vec![0; shift];
        shifted.extend_from_slice(bytes);
        let encoded = STANDARD.encode(&shifted);
        let (from, to) = (if shift == 0 { 0 } else { 4 }, shifted.len() / 3 * 4);
        all.push(("base64", encoded.as_bytes()[from..to].to_vec()));
    }
    all.into_iter()
        .map(|(how, bytes)| (format!("{what} as {how}"), bytes))
        .collect()
}

/// Every second of the visit, as text and as numbers of either byte order.
fn moments(before: u64, after: u64) -> Vec<Needle> {
    let mut all = Vec::new();
    for second in before..=after {
        let what = |how: &str| format!("moment {second} {how}");
        all.push((what("decimal"), second.to_string().into_bytes()));
        let short = u32::try_from(second).expect("before 2106");
        all.push((what("4 bytes BE"), short.to_be_bytes().to_vec()));
        all.push((what("4 bytes LE"), short.to_le_bytes().to_vec()));
        all.push((what("8 bytes BE"), second.to_be_bytes().to_vec()));
        all.push((what("8 bytes LE"), second.to_le_bytes().to_vec()));
        let clock = |hours: u64| {
            let of_day = (second + hours * 3600) % 86_400;
            format!(
                "{:02}:{:02}:{:02}",
                of_day / 3600,
                of_day / 60 % 60,
                of_day % 60
            )
        };
        all.push((what("UTC"), clock(0).into_bytes()));
        all.push((what("Beijing time"), clock(8).into_bytes()));
    }
    all
}

pub(crate) fn search(folder: &Path, needles: &[Needle], except: &[&str]) -> Vec<String> {
    let mut found = Vec::new();
    for path in files_under(folder) {
        let name = path
            .strip_prefix(folder)
            .expect("under the folder")
            .display()
            .to_string();
        if except.iter().any(|known| name.starts_with(known)) {
            continue;
        }
        // A service that runs may have put it away since it was listed.
        let mut hay = match std::fs::read(&path) {
            Err(gone) if gone.kind() == std::io::ErrorKind::NotFound => continue,
            read => read.expect("a file is readable"),
        };
        hay.extend_from_slice(name.as_bytes());
        for (what, needle) in needles {
            if hay
                .windows(needle.len())
                .any(|window| window == needle.as_slice())
            {
                found.push(format!("{name}: {what}"));
            }
        }
    }
    found
}

fn unix_now() -> u64 {
    SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970")
        .as_secs()
}

/// Files the process holds open must lie where the search looked: none elsewhere, none deleted.
fn no_open_file_elsewhere(pid: u32, folder: &Path) {
    for entry in std::fs::read_dir(format!("/proc/{pid}/fd"))
        .expect("the process lives")
        .flatten()
    {
        let Ok(target) = std::fs::read_link(entry.path()) else {
            continue;
        };
        let target = target.display().to_string();
        let harmless = [
            "socket:",
            "pipe:",
            "anon_inode:",
            "/dev/null",
            "/dev/urandom",
        ];
        let ours = target.starts_with(&folder.display().to_string());
        assert!(
            ours || harmless.iter().any(|known| target.starts_with(known)),
            "an open file elsewhere: {target}"
        );
        assert!(
            !target.ends_with("(deleted)"),
            "an open file that nobody can search: {target}"
        );
    }
}

fn no_core_dump(pid: u32) {
    let limits = std::fs::read_to_string(format!("/proc/{pid}/limits")).expect("the process lives");
    let core = limits
        .lines()
        .find(|line| line.starts_with("Max core file size"))
        .expect("a limit");
    let values: Vec<&str> = core.split_whitespace().skip(4).take(2).collect();
    assert_eq!(values, ["0", "0"], "{core}");
}
