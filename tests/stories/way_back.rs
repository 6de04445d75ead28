//! The way back, whole: a tip from a telephone without script, Postfix both ways, an officer with
//! GnuPG, a mailbox that only the receipt opens, and its end.

use e2e::browser::{Browser, PHONE};
use e2e::database::Database;
use e2e::dialogue::{PATIENCE, STAGE, wait_for_letter};
use e2e::install::Install;
use e2e::letter::{Letter, Opened};
use e2e::machine::{is_root, wait_for};
use e2e::maildir::letters;
use e2e::officer::{Draft, Officer, quoted};
use e2e::postfix::{OWNER, Postfix};
use e2e::service::Service;

const STORY: &str = "村东头大棚里种了罂粟，开红花，约三百株。";
const QUESTION: &str = "花开了几成？大棚有没有锁？";
const ANSWER: &str = "开了一大半。白天锁着，晚上有人进出。";
const OUTCOME: &str = "已铲除三百一十株，种植人依法处理。谢谢您。";

/// All that takes part.
struct Stage<'a> {
    service: &'a Service<'a>,
    postfix: &'a Postfix,
    officer: &'a Officer,
    browser: &'a Browser,
    receipt: String,
}

#[test]
fn from_a_telephone_to_the_unit_and_back_until_the_mailbox_ends() {
    if !is_root() {
        println!(
            "not root: Postfix cannot be started here; the stories by the pipe alone have run"
        );
        return;
    }
    let install = Install::new().owned_by(OWNER);
    let postfix = Postfix::both_ways(&install, &["dongfeng"]);
    let install = postfix.configure(install);
    let service = install.start();
    let officer = Officer::of(&install, "dongfeng");
    let browser = Browser::open(PHONE);
    let receipt = file_tip(&service, &browser);
    let stage = Stage {
        service: &service,
        postfix: &postfix,
        officer: &officer,
        browser: &browser,
        receipt,
    };
    let (letter, opened) = stage.letter(|_, opened| opened.facts["what"] == STORY);
    opened.keep(&letter, "back-letter");
    let text = &opened.text;
    for part in [STORY, "受理", "mailto:", "种植", "横道河镇"] {
        assert!(text.contains(part), "{part} is not in\n{text}");
    }
    stage.await_page("2-delivered", STAGE, "已送达");
    let (reply, quote) = (officer.reply(&letter), quoted(text));
    stage.send(&reply.clone().says(&format!("受理\n\n{quote}")));
    stage.await_page("3-accepted", STAGE, "已受理");
    stage.send(&reply.clone().says(&format!("询问：{QUESTION}\n\n{quote}")));
    stage.await_page("4-asked", "main", QUESTION);
    assert!(browser.text(STAGE).contains("待您补充"));
    let said = browser.text("main");
    assert!(!said.contains(STORY), "the quoted tip is in it: {said}");
    stage.write_back();
    let answer = stage.answer(&letter);
    stage.send(&officer.reply(&answer).says(&format!("办结：{OUTCOME}")));
    stage.await_page("6-closed", "main", OUTCOME);
    assert!(browser.text(STAGE).contains("已办结"));
    let said = browser.text("main");
    assert!(said.contains(ANSWER), "the holder's own words stay");
    let key = officer.fingerprint();
    assert!(said.contains(&key[key.len() - 8..]), "whose key it was");
    no_bounces(&postfix);
    the_end(&install, &stage);
}

fn file_tip(service: &Service<'_>, browser: &Browser) -> String {
    browser.go(&format!("http://127.0.0.1:{}/tip/", service.port));
    browser.click("label[for$='cultivation'], label:has(input[value=cultivation])");
    browser.fill("textarea[name=what]", STORY);
    browser.choose("select[name=county]", "东丰县");
    browser.choose("select[name=township]", "横道河镇");
    browser.click_through("form[enctype='multipart/form-data'] button[type=submit]");
    browser.picture_whole("back-1-receipt", PHONE);
    browser
        .text("#receipt")
        .split_whitespace()
        .collect::<Vec<_>>()
        .join(" ")
}

impl Stage<'_> {
    fn letter(&self, wanted: impl Fn(&Letter, &Opened) -> bool) -> (Letter, Opened) {
        wait_for_letter(self.officer, &self.postfix.maildir_of("dongfeng"), wanted)
    }

    /// The letter with the holder's answer, in the first one's thread.
    fn answer(&self, first: &Letter) -> Letter {
        let (answer, opened) = self.letter(|_, opened| opened.text.contains(ANSWER));
        opened.keep(&answer, "back-answer");
        let thread = first.header("Message-ID");
        assert_eq!(answer.header("In-Reply-To"), thread);
        assert_eq!(answer.header("References"), thread);
        for same in ["Reply-To", "Subject", "From"] {
            assert_eq!(answer.header(same), first.header(same), "{same}");
        }
        answer
    }

    fn send(&self, draft: &Draft<'_>) {
        self.postfix
            .submit(&self.officer.address, draft.recipient(), &draft.sealed());
    }

    /// Opens the mailbox by the receipt.
    fn look(&self) {
        self.browser.go(&format!(
            "http://127.0.0.1:{}/tip/mailbox/",
            self.service.port
        ));
        self.browser.fill("input[name=receipt]", &self.receipt);
        self.browser.click_through("main form button[type=submit]");
    }

    fn await_page(&self, shot: &str, at: &str, words: &str) {
        wait_for(&format!("the mailbox to say {words}"), PATIENCE, || {
            self.look();
            self.browser.text(at).contains(words).then_some(())
        });
        self.picture(shot);
    }

    fn write_back(&self) {
        self.browser.fill("textarea[name=reply]", ANSWER);
        self.browser
            .click_through("button[name=action][value=reply]");
        assert!(self.browser.text("main").contains("已经发出"));
        assert!(self.browser.text("main").contains(ANSWER));
        self.picture("5-answered");
    }

    fn picture(&self, shot: &str) {
        self.browser.picture_whole(&format!("back-{shot}"), PHONE);
        assert!(!self.browser.overflows(), "{shot} is wider than the screen");
    }
}

/// Nobody is written to by a reply that was taken.
fn no_bounces(postfix: &Postfix) {
    for path in letters(&postfix.maildir_of("dongfeng")) {
        assert!(Letter::read(&path).is_sealed(), "{}", postfix.log());
    }
    assert!(
        letters(&postfix.maildir()).is_empty(),
        "mail to nobody in particular"
    );
}

fn the_end(install: &Install, stage: &Stage<'_>) {
    let database = Database::of(install);
    database.run("UPDATE mailbox SET ends_day = 1");
    install.run_well(&["purge"], &[]);
    for table in ["mailbox", "thread", "entry"] {
        assert_eq!(database.count(table), 0, "{table} after the end");
    }
    stage.look();
    let said = stage.browser.text("main");
    assert!(
        said.contains("没有找到") && !said.contains(OUTCOME),
        "{said}"
    );
    stage.picture("7-ended");
}
