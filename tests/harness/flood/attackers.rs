//! Attackers: as little work of their own as can be, and no mercy. What is put off with a delay ticket comes again
//! with it, as a program written for this service would do.

use std::collections::VecDeque;
use std::io;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use super::{Attack, Plan, Tally};
use crate::form::{FORM, Form};
use crate::http::{Answer, Client};

/// After so long a ticket is ripe.
const RIPE: Duration = Duration::from_secs(61);

pub(super) struct Attackers<'a> {
    pub(super) plan: &'a Plan,
    pub(super) port: u16,
    /// Of the next tip, counted by all attackers together.
    pub(super) number: &'a AtomicUsize,
    pub(super) over: &'a AtomicBool,
    pub(super) begun: Instant,
}

/// A form that was put off.
struct PutOff {
    since: Instant,
    address: String,
    form_id: String,
    ticket: String,
}

impl Attackers<'_> {
    /// The life of one attacker.
    pub(super) fn one(&self) -> Tally {
        let (mut tally, mut put_off) = (Tally::default(), VecDeque::new());
        let mut client = Client::new(self.port);
        while !self.over.load(Ordering::Relaxed) {
            let n = self.number.fetch_add(1, Ordering::Relaxed);
            let due = self.begun + Duration::from_secs_f64(n as f64 / self.plan.per_second);
            thread::sleep(due.saturating_duration_since(Instant::now()));
            match self.tip(&mut client, n, &mut put_off) {
                Ok(200) => tally.taken += 1,
                Ok(503) => tally.put_off += 1,
                Ok(429) => tally.refused += 1,
                _ => tally.other += 1,
            }
        }
        tally
    }

    fn tip(
        &self,
        client: &mut Client,
        n: usize,
        put_off: &mut VecDeque<PutOff>,
    ) -> io::Result<u16> {
        let ripe = |first: &PutOff| first.since.elapsed() >= RIPE;
        if put_off.front().is_some_and(ripe)
            && let Some(again) = put_off.pop_front()
        {
            let form = Form::with_id(&again.form_id).text("ticket", &again.ticket);
            return Ok(press(client, &again.address, &form.poppies(&words(n)))?.status);
        }
        let address = self.address(n);
        let head = format!("GET {FORM} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {address}\r\n\r\n");
        let page = client.try_raw(head.as_bytes())?;
        let form_id = hidden(&page, "form_id").ok_or(io::ErrorKind::InvalidData)?;
        let answer = press(
            client,
            &address,
            &Form::with_id(&form_id).poppies(&words(n)),
        )?;
        if let Some(ticket) = hidden(&answer, "ticket") {
            put_off.push_back(PutOff {
                since: Instant::now(),
                address,
                form_id,
                ticket,
            });
        }
        Ok(answer.status)
    }

    fn address(&self, n: usize) -> String {
        match self.plan.attack {
            Attack::OneAddress | Attack::Onion => "192.0.2.66".to_string(),
            Attack::ManyAddresses => {
                let n = n % 10_000;
                format!("{}.{}.{}.9", 20 + n / 250, n % 250, n % 199)
            }
            Attack::Prefix => format!("2001:db8:1:{:x}00::{:x}", n % 256, n / 256 + 1),
        }
    }
}

fn words(n: usize) -> String {
    format!("第{n}条，什么也没有看见，只是要占地方。")
}

fn press(client: &mut Client, address: &str, form: &Form) -> io::Result<Answer> {
    let (kind, body) = (Form::content_type(), form.body());
    let head = format!(
        "POST {FORM} HTTP/1.1\r\nHost: a\r\nX-Forwarded-For: {address}\r\nContent-Type: {kind}\r\n\
         Content-Length: {}\r\n\r\n",
        body.len()
    );
    client.try_raw(&[head.as_bytes(), &body].concat())
}

/// The value of a hidden field, without taking the page apart.
fn hidden(page: &Answer, name: &str) -> Option<String> {
    let text = page.text();
    let (_, rest) = text.split_once(&format!("name=\"{name}\" value=\""))?;
    rest.split('"').next().map(str::to_string)
}
