//! One run: the way of a tip, step by step, as its writer and its unit go it. The first step that fails ends the way; the
//! mailbox goes in any case.

use std::time::Duration;

use sealed_tip::UnitCert;
use tokio::time::{Instant, sleep, sleep_until};

use super::Canary;
use super::form::{self, Form};
use super::letter::{self, Letter, OPENING};
use super::page::Page;
use super::step::{Fault, Step};
use super::watch;
use super::web::{Answer, WebError};
use crate::clock;
use crate::mail::Recipient;

/// Waits between two looks: the first, and the longest.
const LOOK: Duration = Duration::from_millis(100);
const LOOK_MAX: Duration = Duration::from_secs(10);

/// How the mailbox form is sent.
const URLENCODED: &str = "application/x-www-form-urlencoded";

/// Letters that spell no word, no number and no address: nothing for the form to take for somebody's name.
const LETTERS: &[u8; 16] = b"abcdefghijklmnop";

impl Canary {
    /// Goes the whole way once and returns what was wrong with it; nothing: all is well.
    pub async fn run(&self) -> Vec<Fault> {
        let mut faults = self.watch().await;
        if let Err(fault) = self.walk(&mut faults).await {
            faults.push(fault);
        }
        faults
    }

    async fn watch(&self) -> Vec<Fault> {
        let Some(url) = &self.config.door.metrics_url else {
            return Vec::new();
        };
        match self.web.get(url).await {
            Ok(answer) if answer.status == 200 => {
                watch::faults(&answer.body, self.config.door.key_days)
            }
            Ok(answer) => vec![Step::Service.fault(format!("{url}: {}", answer.status))],
            Err(error) => vec![Step::Service.fault(format!("{url}: {error}"))],
        }
    }

    async fn walk(&self, faults: &mut Vec<Fault>) -> Result<(), Fault> {
        let page = self.form_page().await?;
        faults.extend(closed(&page));
        let form = Form::on(&page)?;
        let what = format!("{OPENING} {}", self.nonce());
        let receipt = self.file(&form, &what).await?;
        let answered = self.be_answered(&receipt, &what).await;
        let deleted = self.delete(&receipt).await;
        answered.and(deleted)
    }

    async fn form_page(&self) -> Result<Page, Fault> {
        page(Step::Form, self.web.get(&self.config.door.form_url).await)
    }

    async fn file(&self, form: &Form, what: &str) -> Result<String, Fault> {
        let body = form.filled(what, &self.mark);
        let answer = self
            .web
            .post(&self.config.door.form_url, form::KIND, body)
            .await;
        let page = page(Step::File, answer)?;
        let receipt = page.text_of("receipt").filter(|text| !text.is_empty());
        receipt.ok_or_else(|| Step::File.fault("页面上没有回执 · the answer shows no receipt"))
    }

    async fn be_answered(&self, receipt: &str, what: &str) -> Result<(), Fault> {
        let robot = &self.config.robot;
        let within = Duration::from_secs(robot.arrive_within_seconds);
        let found = until(within, async || {
            letter::find(&robot.maildir, &self.key, what)
        })
        .await;
        let letter = found.ok_or_else(|| {
            let seconds = robot.arrive_within_seconds;
            Step::Arrive.fault(format!(
                "{seconds} 秒内没有寄到 · no letter within {seconds} s"
            ))
        })?;
        let words = self.nonce();
        self.answer(&letter, &words).await?;
        self.read(receipt, &words).await
    }

    /// As the unit, by mail.
    async fn answer(&self, letter: &Letter, words: &str) -> Result<(), Fault> {
        let now = self.clock.unix();
        let bad = |why: String| Step::Answer.fault(why);
        let to = UnitCert::parse(&letter.service_cert, now).map_err(|error| {
            bad(format!(
                "服务自己的证书 · the service's certificate: {error}"
            ))
        })?;
        let entity = format!(
            "Content-Type: text/plain; charset=UTF-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n答复\r\n自动检查 {words}\r\n"
        );
        let mut rng = self.entropy.fork();
        let sealed = sealed_tip::answer(entity.as_bytes(), &self.key, &to, now, &mut rng)
            .map_err(|error| bad(error.to_string()))?;
        let mail = crate::mail::Answer {
            id: &self.entropy.bytes(),
            sealed: &sealed_tip::armor(&sealed),
            day: clock::day(now),
        };
        let to = Recipient {
            id: "service",
            address: &letter.reply_to,
        };
        let sent = self.mail.answer(to, &mail).await;
        sent.map_err(|error| bad(format!("答复没有寄出 · the answer was not sent: {error}")))
    }

    /// Looks the receipt up until the answer is there.
    async fn read(&self, receipt: &str, words: &str) -> Result<(), Fault> {
        let seconds = self.config.robot.answer_within_seconds;
        let mut last = None;
        let shown = until(Duration::from_secs(seconds), async || {
            match self.mailbox(Step::Mailbox, &[("receipt", receipt)]).await {
                Ok(page) => page.text().contains(words).then_some(()),
                Err(fault) => {
                    last = Some(fault);
                    None
                }
            }
        });
        let shown = shown.await;
        let nothing = || {
            Step::Mailbox.fault(format!(
                "{seconds} 秒内没有看到答复 · no answer within {seconds} s"
            ))
        };
        shown.ok_or_else(|| last.unwrap_or_else(nothing))
    }

    async fn delete(&self, receipt: &str) -> Result<(), Fault> {
        let fields = [("receipt", receipt), ("action", "delete-now")];
        self.mailbox(Step::Delete, &fields).await?;
        let gone = self.mailbox(Step::Delete, &[("receipt", receipt)]).await?;
        // A mailbox that is there shows a form to write back under the receipt; one that is not asks for a receipt.
        let is_there = !gone
            .within(|element| element.get("id") == Some("reply-form"))
            .is_empty();
        if is_there {
            return Err(Step::Delete.fault("信箱还在 · the mailbox is still there"));
        }
        Ok(())
    }

    async fn mailbox(&self, step: Step, fields: &[(&str, &str)]) -> Result<Page, Fault> {
        let url = format!("{}mailbox/", self.config.door.form_url);
        let body = form_urlencoded::Serializer::new(String::new())
            .extend_pairs(fields)
            .finish();
        page(
            step,
            self.web.post(&url, URLENCODED, body.into_bytes()).await,
        )
    }

    /// 64 bits in letters.
    fn nonce(&self) -> String {
        let bytes: [u8; 16] = self.entropy.bytes();
        let letter = |byte: &u8| LETTERS.get(usize::from(byte & 15)).copied().unwrap_or(b'a');
        bytes.iter().map(|byte| char::from(letter(byte))).collect()
    }
}

/// The page that was answered, if it went well; else what it says for itself.
fn page(step: Step, answer: Result<Answer, WebError>) -> Result<Page, Fault> {
    let answer = answer.map_err(|error| step.fault(error.to_string()))?;
    let page = Page::read(&answer.body);
    if answer.status == 200 {
        return Ok(page);
    }
    let line: String = page.headline().chars().take(80).collect();
    Err(step.fault(format!("{} {line}", answer.status)))
}

/// Units that the form page says are closed.
fn closed(page: &Page) -> Option<Fault> {
    let notice = page.text_of("closed")?;
    Some(Step::Keys.fault(format!("{notice} · the form says that units are closed")))
}

/// Looks again and again, less and less often, until something is found or time is up.
async fn until<T>(within: Duration, mut look: impl AsyncFnMut() -> Option<T>) -> Option<T> {
    let (end, mut wait) = (Instant::now() + within, LOOK);
    loop {
        let is_last = Instant::now() >= end;
        let found = look().await;
        if found.is_some() || is_last {
            return found;
        }
        tokio::select! { () = sleep(wait) => {}, () = sleep_until(end) => {} }
        wait = (wait * 2).min(LOOK_MAX);
    }
}
