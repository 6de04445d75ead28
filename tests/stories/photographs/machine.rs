//! What photographs do to the machine: memory, and what can be found on its disk.

use std::time::{Duration, Instant};

use e2e::form::{Form, file_tip};
use e2e::http::Client;
use e2e::install::Install;
use e2e::machine::{files_under, wait_for, whole_machine};
use e2e::picture::jpeg;

use super::slow::Upload;
use super::{assert_receipt, opened, pictures, small};

#[test]
fn five_photographs_of_five_megabytes_need_less_than_a_hundred_mebibytes() {
    let _alone = whole_machine();
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    file_tip(&mut visitor, "先热身");
    let form = (1..=5).fold(
        Form::fetch(&mut visitor).poppies("五张大的"),
        |form, n| {
            let photograph = jpeg(3600, 2800, 150, n);
            let length = photograph.len();
            assert!((5_000_000..7_000_000).contains(&length), "{length}");
            form.file("a.jpg", "image/jpeg", &photograph)
        },
    );
    let before = service.memory("VmRSS");
    let begun = Instant::now();
    let answer = form.send(&mut visitor);
    let took = begun.elapsed();
    assert_receipt(&answer);
    let most = service.memory("VmHWM");
    println!(
        "five photographs, {} MB: {took:?}, memory {before:.0} MiB before, {most:.0} MiB at most",
        form.body().len() / 1_000_000
    );
    assert!(most < before + 100.0, "{before} MiB, then {most} MiB");
}

/// Pieces of a photograph, from all over it.
fn samples(bytes: &[u8]) -> Vec<&[u8]> {
    let pieces: Vec<&[u8]> = bytes.chunks_exact(48).collect();
    let step = (pieces.len() / 200).max(1);
    pieces.into_iter().step_by(step).collect()
}

fn holds(hay: &[u8], needles: &[&[u8]]) -> bool {
    needles.iter().any(|needle| {
        // The first byte is quick to look for.
        hay.windows(needle.len())
            .any(|window| window[0] == needle[0] && window == *needle)
    })
}

/// Every open file of a process that has no name any more.
fn nameless(pid: u32) -> Vec<Vec<u8>> {
    let folder = std::fs::read_dir(format!("/proc/{pid}/fd")).expect("it lives");
    let nameless = folder.flatten().filter(|entry| {
        let target = std::fs::read_link(entry.path()).unwrap_or_default();
        target.display().to_string().ends_with("(deleted)")
    });
    nameless
        .filter_map(|entry| std::fs::read(entry.path()).ok())
        .collect()
}

#[test]
fn while_photographs_wait_no_file_holds_a_plain_byte_of_them() {
    let install = Install::new();
    let service = install.start();
    let photograph = jpeg(1200, 900, 200, 3);
    let needles = samples(&photograph);
    assert!(
        holds(&photograph, &needles),
        "the search finds what is there"
    );
    let mut visitor = service.visitor();
    let form = Form::fetch(&mut visitor).file("a.jpg", "image/jpeg", &photograph);
    let mut upload = Upload::begin(&service, &form);
    upload.send(photograph.len() - 10_000);
    let on_the_way = wait_for("a spool file", Duration::from_secs(20), || {
        let files = nameless(service.pid());
        files
            .iter()
            .any(|file| file.len() > 500_000)
            .then_some(files)
    });
    assert!(on_the_way.iter().all(|file| !holds(file, &needles)));
    assert_nothing_plain(&install, &needles);
    // To its end: the form comes back (nothing was written), and the clean copy is held.
    upload.send(usize::MAX / 2);
    let answer = form.send(&mut visitor);
    assert_eq!(answer.status, 422);
    let held = nameless(service.pid());
    assert!(!held.is_empty(), "held in a file without a name");
    // What is held is the cleaned copy: send it, and look for that one too.
    let sent = Form::of(&answer).expect("a form").poppies("收好的照片");
    assert_receipt(&sent.send(&mut visitor));
    let clean = pictures(&opened(&install, 1)).remove(0);
    let needles = [needles, samples(&clean)].concat();
    assert!(held.iter().all(|file| !holds(file, &needles)));
    assert_nothing_plain(&install, &needles);
}

fn assert_nothing_plain(install: &Install, needles: &[&[u8]]) {
    for path in files_under(install.folder()) {
        let bytes = std::fs::read(&path).expect("a file");
        assert!(!holds(&bytes, needles), "{}", path.display());
    }
}

#[test]
fn after_a_tip_nothing_of_its_photographs_waits_any_more() {
    let install = Install::new();
    let service = install.start();
    let mut visitor: Client = service.visitor();
    let form = Form::fetch(&mut visitor).file("a.jpg", "image/jpeg", &small(1));
    let answer = form.send(&mut visitor);
    assert_eq!(answer.status, 422);
    assert_eq!(nameless(service.pid()).len(), 1);
    let sent = Form::of(&answer).expect("a form").poppies("发出去了");
    assert_receipt(&sent.send(&mut visitor));
    assert!(nameless(service.pid()).is_empty());
}
