//! `open` without a mail program: photographs as files.

use e2e::form::Form;
use e2e::install::Install;
use e2e::machine::{run, words};

use super::{assert_receipt, opened, pictures, small};

#[test]
fn the_open_command_writes_photographs_into_a_folder_and_over_nothing() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let form = Form::fetch(&mut visitor).poppies("两张照片");
    let form = [1, 2].iter().fold(form, |form, number| {
        form.file("a.jpg", "image/jpeg", &small(*number))
    });
    assert_receipt(&form.send(&mut visitor));
    let shown_by_gnupg = pictures(&opened(&install, 1));
    let folder = install.path("photographs");
    let (mail, keys, to) = (
        install.text_path("mail"),
        install.text_path("keys"),
        install.text_path("photographs"),
    );
    let plain = ["open", "--inbox", &mail, "--keys", &keys];
    let told = words(&run(&mut install.command(&plain)));
    assert!(told.contains("附照片 2 张"), "{told}");
    let out = [&plain[..], &["--photographs", &to]].concat();
    for turn in ["first", "again"] {
        let output = run(&mut install.command(&out));
        assert!(output.status.success(), "{turn}: {}", words(&output));
        let listing = std::fs::read_dir(&folder).expect("the folder");
        let mut files: Vec<_> = listing.map(|entry| entry.expect("a file").path()).collect();
        files.sort();
        let written = files
            .iter()
            .map(|file| std::fs::read(file).expect("a file"));
        assert_eq!(written.collect::<Vec<_>>(), shown_by_gnupg, "{turn}");
        assert!(words(&output).contains(&files[0].display().to_string()));
    }
    let first = std::fs::read_dir(&folder).expect("the folder").next();
    let first = first.expect("one").expect("a file").path();
    std::fs::write(&first, "something else").expect("written");
    let output = run(&mut install.command(&out));
    assert!(!output.status.success(), "{}", words(&output));
    assert!(
        words(&output).contains("cannot write"),
        "{}",
        words(&output)
    );
    assert_eq!(
        std::fs::read(&first).expect("it is there"),
        b"something else"
    );
}
