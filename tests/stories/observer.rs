//! What others see who never see a word: the carriers of a letter, and whoever watches the wire. The public page says
//! so sentence by sentence; here it is looked at.

use std::collections::BTreeMap;
use std::io::{Read, Write};
use std::net::{Shutdown, TcpListener, TcpStream};
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use e2e::dialogue::{self, PATIENCE, mailbox};
use e2e::form::{FORM, Form, file_tip, shown_receipt};
use e2e::gpg::Keyring;
use e2e::http::Client;
use e2e::install::Install;
use e2e::letter::Letter;
use e2e::machine::wait_for;
use e2e::maildir::wait_for_letters;
use e2e::picture::jpeg;

#[test]
fn the_carrier_of_a_letter_sees_unit_day_and_one_of_few_sizes() {
    let install = Install::new();
    let service = install.start();
    let mut visitor = service.visitor();
    let form = Form::fetch(&mut visitor);
    let more = format!("一块地，{}", "另外还有一些。".repeat(60));
    for what in ["一块地", &more] {
        let answer = form.clone().poppies(what).send(&mut visitor);
        assert!(shown_receipt(&answer).is_some(), "{}", answer.page().body());
    }
    file_tip(&mut visitor, &"长".repeat(20_000));
    let letters: Vec<Letter> = wait_for_letters(&install.path("mail/dongfeng"), 3)
        .iter()
        .map(|path| Letter::read(path))
        .collect();
    for letter in &letters {
        let all = format!("{:?}", letter.headers());
        assert!(
            letter.header("To").is_some_and(|to| to.contains('@')),
            "{all}"
        );
        assert!(
            letter
                .header("Date")
                .is_some_and(|date| date.ends_with("16:00:00 +0000")),
            "{all}"
        );
    }
    // Two lengths of three letters: a few words and five hundred characters look alike, twenty thousand do not.
    let mut sizes: Vec<usize> = letters.iter().map(|letter| body(letter).len()).collect();
    sizes.sort_unstable();
    assert_eq!(sizes[0], sizes[1], "{sizes:?}");
    assert!(sizes[2] > sizes[1] * 3, "{sizes:?}");
    // Which letters are one thread shows.
    let first = letters
        .iter()
        .filter_map(|letter| letter.header("In-Reply-To"))
        .collect::<Vec<_>>();
    let named = letters
        .iter()
        .filter(|letter| letter.header("Message-ID").as_ref() == first.first());
    assert_eq!((first.len(), named.count()), (1, 1));
}

fn body(letter: &Letter) -> &[u8] {
    let at = letter.raw.windows(2).position(|two| two == b"\n\n");
    let at = at.or_else(|| letter.raw.windows(4).position(|four| four == b"\r\n\r\n"));
    &letter.raw[at.expect("an empty line")..]
}

#[test]
fn letters_leave_after_a_random_wait_and_not_in_the_order_of_their_tips() {
    const TIPS: usize = 12;
    let install = Install::new().with("delivery.delay_max_seconds", 6);
    let service = install.start();
    let mut visitor = service.visitor();
    let filed: Vec<Instant> = (0..TIPS)
        .map(|n| {
            file_tip(&mut visitor, &format!("{n}"));
            Instant::now()
        })
        .collect();
    let mut seen = BTreeMap::new();
    wait_for("all letters", PATIENCE, || {
        for path in install.letters("dongfeng") {
            seen.entry(path).or_insert_with(Instant::now);
        }
        (seen.len() == TIPS).then_some(())
    });
    let ring = Keyring::with(&[&install.secret_key("dongfeng")]);
    let mut came: Vec<(Instant, usize)> = seen
        .iter()
        .map(|(path, at)| {
            let opened = Letter::read(path).open(&ring).expect("it opens");
            let what = opened.facts["what"].as_str().map(str::parse);
            (*at, what.expect("text").expect("a number"))
        })
        .collect();
    came.sort_unstable();
    let waits: Vec<Duration> = came.iter().map(|(at, n)| *at - filed[*n]).collect();
    // By chance, once in a hundred thousand runs, all of them wait as long as this.
    let (least, most) = (waits.iter().min(), waits.iter().max());
    assert!(
        most > least
            .map(|wait| *wait + Duration::from_millis(1500))
            .as_ref(),
        "{waits:?}"
    );
    assert!(!came.is_sorted_by_key(|(_, n)| *n), "{came:?}");
}

#[test]
fn deleting_a_mailbox_leaves_the_units_letter_where_it_is() {
    let install = Install::new();
    let service = install.start();
    let receipt = file_tip(&mut service.visitor(), "一块地");
    let before = wait_for_letters(&install.path("mail/dongfeng"), 1);
    dialogue::assert_settled(&install);
    let gone = dialogue::delete(&mut service.visitor(), &receipt);
    assert!(
        gone.page().has_text("main", "已经删除"),
        "{}",
        gone.page().body()
    );
    assert!(mailbox(&mut service.visitor(), &receipt).has_text("main", "没有找到"));
    assert!(
        Letter::read(&before[0]).is_sealed(),
        "the unit's letter is gone"
    );
}

#[test]
fn who_watches_the_wire_sees_that_somebody_came_and_how_much_went_either_way() {
    let install = Install::new();
    let service = install.start();
    let wire = Wire::to(service.port);
    let mut visitor = Client::new(wire.port);
    assert_eq!(visitor.get(FORM).status, 200);
    let read = wire.seen();
    assert_eq!(read.came, 1, "one visit is one visit");
    assert!(read.up > 0 && read.down > 5_000, "{read:?}");
    let mut sent = Vec::new();
    for what in ["一块地", "两块田", &"长".repeat(10_000)] {
        let mut visitor = Client::new(wire.port);
        let form = Form::fetch(&mut visitor).poppies(what);
        let before = wire.seen();
        assert_eq!(form.send(&mut visitor).status, 200);
        sent.push(wire.seen().up - before.up);
    }
    assert_eq!(sent[0], sent[1], "other words of the same length");
    assert!(sent[2] > sent[0] + 20_000, "a long text shows: {sent:?}");
    assert!(
        sent[0] > 2 * read.up,
        "a form is more than a page: {sent:?}"
    );
    let photograph = jpeg(640, 480, 40, 1);
    let mut visitor = Client::new(wire.port);
    let form = Form::fetch(&mut visitor).poppies("一块地");
    let before = wire.seen();
    let form = form.file("a.jpg", "image/jpeg", &photograph);
    assert_eq!(form.send(&mut visitor).status, 200);
    let with = wire.seen().up - before.up;
    assert!(
        with > sent[0] + photograph.len(),
        "a photograph shows: {with}"
    );
}

/// A wire with somebody at it who counts what passes, as any network on the way does.
struct Wire {
    port: u16,
    counts: Arc<[AtomicUsize; 3]>,
}

/// What has passed so far: connections, bytes to the service, bytes from it.
#[derive(Debug)]
struct Seen {
    came: usize,
    up: usize,
    down: usize,
}

impl Wire {
    fn to(service: u16) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").expect("a free port");
        let port = listener.local_addr().expect("an address").port();
        let counts = Arc::new([const { AtomicUsize::new(0) }; 3]);
        let counting = counts.clone();
        std::thread::spawn(move || {
            for near in listener.incoming().flatten() {
                let far = TcpStream::connect(("127.0.0.1", service)).expect("the service listens");
                counting[0].fetch_add(1, Ordering::SeqCst);
                for (from, to, n) in [(&near, &far, 1), (&far, &near, 2)] {
                    let ends = (
                        from.try_clone().expect("a socket"),
                        to.try_clone().expect("a socket"),
                    );
                    let counting = counting.clone();
                    std::thread::spawn(move || pass(ends.0, ends.1, &counting[n]));
                }
            }
        });
        Self { port, counts }
    }

    fn seen(&self) -> Seen {
        let [came, up, down] = [0, 1, 2].map(|n| self.counts[n].load(Ordering::SeqCst));
        Seen { came, up, down }
    }
}

fn pass(mut from: TcpStream, mut to: TcpStream, count: &AtomicUsize) {
    let mut bytes = [0; 16 << 10];
    while let Ok(n @ 1..) = from.read(&mut bytes) {
        // Counted first: whoever has the answer finds it counted.
        count.fetch_add(n, Ordering::SeqCst);
        if to.write_all(&bytes[..n]).is_err() {
            break;
        }
    }
    let _ = to.shutdown(Shutdown::Write);
}
