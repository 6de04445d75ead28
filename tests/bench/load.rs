//! Visitors with as little work of their own as can be: threads and sockets, buffers used again, the
//! form's number taken from the compressed page without unpacking it where that is safe.

use std::io::{self, BufRead, BufReader, Read, Write};
use std::net::TcpStream;
use std::thread;
use std::time::{Duration, Instant};

use e2e::form::{Form, shown_receipt};
use e2e::http::Client;
use flate2::read::GzDecoder;

/// What the visitors of one round lived through.
pub(crate) struct Round {
    /// How many there were.
    pub(crate) clients: usize,
    /// Time from asking for the form to the whole receipt, per tip.
    pub(crate) whole: Vec<Duration>,
    /// Time from sending the tip to the whole receipt.
    pub(crate) post: Vec<Duration>,
    /// Tips that got no receipt.
    pub(crate) failed: usize,
    /// From the first tip to the last.
    pub(crate) lasted: Duration,
}

/// Milliseconds.
pub(crate) struct Percentiles {
    pub(crate) p50: f64,
    pub(crate) p95: f64,
    pub(crate) p99: f64,
}

impl Percentiles {
    /// Of these durations, which it sorts.
    pub(crate) fn of(durations: &mut [Duration]) -> Self {
        durations.sort_unstable();
        let at = |share: f64| {
            let last = durations.len().saturating_sub(1);
            let index = (durations.len() as f64 * share) as usize;
            durations
                .get(index.min(last))
                .map_or(0.0, |d| d.as_secs_f64() * 1000.0)
        };
        Self {
            p50: at(0.50),
            p95: at(0.95),
            p99: at(0.99),
        }
    }
}

/// Lets `clients` visitors file tips for a while, each as soon as it has its receipt; they share out the services at these
/// ports among them.
pub(crate) fn round(ports: &[u16], clients: usize, lasts: Duration) -> Round {
    for port in ports {
        let first = Form::fetch(&mut Client::new(*port)).poppies(&local_story(0));
        assert!(
            shown_receipt(&first.send(&mut Client::new(*port))).is_some(),
            "the way works"
        );
    }
    let begun = Instant::now();
    let all: Vec<Visitor> = thread::scope(|scope| {
        let visitors: Vec<_> = (0..clients)
            .zip(ports.iter().copied().cycle())
            .map(|(number, port)| scope.spawn(move || visit(port, number, lasts)))
            .collect();
        visitors
            .into_iter()
            .map(|visitor| visitor.join().expect("a visitor"))
            .collect()
    });
    let lasted = begun.elapsed();
    let mut round = Round {
        clients,
        whole: Vec::new(),
        post: Vec::new(),
        failed: 0,
        lasted,
    };
    for visitor in all {
        round.whole.extend(visitor.whole);
        round.post.extend(visitor.post);
        round.failed += visitor.failed;
    }
    round
}

/// About 300 characters, as a careful witness writes; no two alike.
pub(crate) fn local_story(number: usize) -> String {
    format!(
        "{number}。{}",
        "房后大棚里种着一片开红花的植物，叶子像莴笋，边上有锯齿，果子像小坛子，白天有人守着。"
            .repeat(7)
    )
}

struct Visitor {
    stream: BufReader<TcpStream>,
    body: Vec<u8>,
    /// Where the form's number stands in the compressed page, once that is known.
    number_at: Option<usize>,
    whole: Vec<Duration>,
    post: Vec<Duration>,
    failed: usize,
}

fn visit(port: u16, number: usize, lasts: Duration) -> Visitor {
    let stream = TcpStream::connect(("127.0.0.1", port)).expect("the service listens");
    stream.set_nodelay(true).expect("a socket");
    let mut visitor = Visitor {
        stream: BufReader::with_capacity(64 << 10, stream),
        body: Vec::new(),
        number_at: None,
        whole: Vec::new(),
        post: Vec::new(),
        failed: 0,
    };
    let end = Instant::now() + lasts;
    let mut tip = number * 1_000_000;
    while Instant::now() < end {
        visitor.one_tip(tip).expect("the connection holds");
        tip += 1;
    }
    visitor
}

impl Visitor {
    fn one_tip(&mut self, tip: usize) -> io::Result<()> {
        let begun = Instant::now();
        self.stream.get_mut().write_all(
            b"GET /tip/ HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept: text/html\r\n\
              Accept-Encoding: gzip, deflate, br\r\nAccept-Language: zh-CN\r\n\r\n",
        )?;
        let status = self.answer()?;
        let Some(form_id) = self.form_id().filter(|_| status == 200) else {
            self.failed += 1;
            return Ok(());
        };
        let body = Form::with_id(&form_id).poppies(&local_story(tip)).body();
        let head = format!(
            "POST /tip/ HTTP/1.1\r\nHost: 127.0.0.1\r\nAccept-Encoding: gzip, deflate, br\r\n\
             Content-Type: {}\r\nContent-Length: {}\r\n\r\n",
            Form::content_type(),
            body.len()
        );
        let sent = Instant::now();
        self.stream
            .get_mut()
            .write_all(&[head.as_bytes(), &body].concat())?;
        let status = self.answer()?;
        // Every hundredth is read as a visitor would; the others are known by their status.
        let good = status == 200 && (!tip.is_multiple_of(100) || self.shows_receipt());
        if good {
            self.post.push(sent.elapsed());
            self.whole.push(begun.elapsed());
        } else {
            self.failed += 1;
        }
        Ok(())
    }

    /// Reads one answer into `body`, as it came over the wire; returns its status.
    fn answer(&mut self) -> io::Result<u16> {
        let (mut status, mut length, mut chunked, mut line) = (0, 0, false, String::new());
        loop {
            line.clear();
            if self.stream.read_line(&mut line)? == 0 {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            let text = line.trim_end();
            if text.is_empty() {
                break;
            } else if status == 0 {
                status = text
                    .get(9..12)
                    .and_then(|code| code.parse().ok())
                    .unwrap_or(999);
            } else if let Some((name, value)) = text.split_once(": ") {
                match name.to_ascii_lowercase().as_str() {
                    "content-length" => length = value.parse().map_err(io::Error::other)?,
                    "transfer-encoding" => chunked = value == "chunked",
                    _ => {}
                }
            }
        }
        self.body.clear();
        loop {
            if chunked {
                line.clear();
                self.stream.read_line(&mut line)?;
                length = usize::from_str_radix(line.trim(), 16).map_err(io::Error::other)?;
            }
            let start = self.body.len();
            self.body.resize(start + length, 0);
            self.stream.read_exact(&mut self.body[start..])?;
            if !chunked {
                return Ok(status);
            }
            line.clear();
            self.stream.read_line(&mut line)?;
            if length == 0 {
                return Ok(status);
            }
        }
    }

    /// The service stores the number uncompressed between two compressed halves, so once it is found
    /// it stands at the same place in every page, after the same bytes.
    fn form_id(&mut self) -> Option<String> {
        const LENGTH: usize = 48;
        let in_place = self.number_at.and_then(|at| self.body.get(at..at + LENGTH));
        if let Some(number) = in_place.filter(|bytes| bytes.iter().all(|byte| is_base64(*byte))) {
            return String::from_utf8(number.to_vec()).ok();
        }
        let page = self.unpacked();
        let (_, rest) = page.split_once("name=\"form_id\" value=\"")?;
        let number = rest.split('"').next()?.to_string();
        self.number_at = self
            .body
            .windows(LENGTH)
            .position(|window| window == number.as_bytes());
        Some(number)
    }

    fn shows_receipt(&self) -> bool {
        self.unpacked().contains("id=\"receipt\"")
    }

    fn unpacked(&self) -> String {
        let mut page = String::new();
        match GzDecoder::new(self.body.as_slice()).read_to_string(&mut page) {
            Ok(_) => page,
            Err(_) => String::from_utf8_lossy(&self.body).into_owned(),
        }
    }
}

fn is_base64(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || b"+/-_".contains(&byte)
}
