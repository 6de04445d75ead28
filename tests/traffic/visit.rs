//! Visits of each kind, made by a program: the pages, style sheets and pictures that Chromium fetches with script off, each once a
//! visit, with headers as long as its own. One connection for each visit.

use std::cell::RefCell;
use std::collections::BTreeSet;
use std::io::{BufReader, Write};
use std::net::TcpStream;
use std::sync::Arc;

use e2e::form::Form;
use e2e::http::{Answer, read_answer};
use e2e::page::Page;
use e2e::tls::Authority;
use rand::Rng;
use rand::seq::SliceRandom;
use rustls::pki_types::pem::PemObject;
use rustls::pki_types::{CertificateDer, ServerName};
use rustls::{ClientConfig, ClientConnection, RootCertStore, StreamOwned};

use crate::front::DOMAIN;

/// What a visitor came for; the first letter of the visit's host name.
pub(crate) const KINDS: [char; 3] = ['t', 'q', 'r'];

/// What Chromium sends with each request.
const HEADERS: &str = "Connection: keep-alive\r\n\
    sec-ch-ua: \"Chromium\";v=\"150\", \"Not.A/Brand\";v=\"8\"\r\nsec-ch-ua-mobile: ?1\r\nsec-ch-ua-platform: \"Android\"\r\n\
    User-Agent: Mozilla/5.0 (Linux; Android 10; K) AppleWebKit/537.36 (KHTML, like Gecko) Chrome/150.0.0.0 Mobile Safari/537.36\r\n\
    Accept-Encoding: gzip, deflate, br, zstd\r\nAccept-Language: zh-CN\r\n";

/// And with one for a page.
const FOR_PAGE: &str = "Upgrade-Insecure-Requests: 1\r\n\
    Accept: text/html,application/xhtml+xml,application/xml;q=0.9,image/avif,image/webp,image/apng,*/*;q=0.8,\
    application/signed-exchange;v=b3;q=0.7\r\n\
    Sec-Fetch-Site: none\r\nSec-Fetch-Mode: navigate\r\nSec-Fetch-User: ?1\r\nSec-Fetch-Dest: document\r\n";

/// And with one for a picture or a style sheet.
const FOR_FILE: &str = "Accept: image/avif,image/webp,image/apng,image/svg+xml,image/*,*/*;q=0.8\r\n\
    Sec-Fetch-Site: same-origin\r\nSec-Fetch-Mode: no-cors\r\nSec-Fetch-Dest: image\r\n";

/// Pictures of a page that are near enough to a telephone's first screen.
const NEAR: usize = 3;

/// The words a tip is made of, so that lengths vary as they do.
const WORDS: &str = "村东头的大棚里种着开红花的那种草有人看着晚上有车来拉走";

/// Makes visits.
pub(crate) struct Visitor {
    config: Arc<ClientConfig>,
    port: u16,
    pages: RefCell<Vec<String>>,
}

impl Visitor {
    /// One that trusts this authority.
    pub(crate) fn new(authority: &Authority, port: u16) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("ca.pem");
        authority.write(&file);
        let mut roots = RootCertStore::empty();
        let root = CertificateDer::from_pem_file(&file).expect("a certificate");
        roots.add(root).expect("an authority");
        let provider = Arc::new(rustls::crypto::ring::default_provider());
        let config = ClientConfig::builder_with_provider(provider)
            .with_safe_default_protocol_versions()
            .expect("TLS 1.3")
            .with_root_certificates(roots)
            .with_no_client_auth();
        Self {
            config: Arc::new(config),
            port,
            pages: RefCell::new(Vec::new()),
        }
    }

    /// One visit of this kind.
    pub(crate) fn make(&self, kind: char, number: usize) {
        let mut visit = self.open(&format!("{kind}{number:04}.{DOMAIN}"));
        let mut rng = rand::thread_rng();
        if rng.gen_bool(0.5) {
            visit.page("/");
        }
        match kind {
            't' => {
                visit.page("/report/");
                let form = visit.page("/tip/");
                visit.send(&form);
            }
            'q' => {
                visit.page("/quiz/");
                visit.page("/quiz/answers/");
            }
            _ => {
                for page in self.some_pages(&mut visit) {
                    visit.page(&page);
                }
                visit.page("/search/");
            }
        }
    }

    /// Three pages of the site, by chance.
    fn some_pages(&self, visit: &mut Visit) -> Vec<String> {
        let mut pages = self.pages.borrow_mut();
        if pages.is_empty() {
            let all = visit.page("/sitemap/").page().attributes("main a", "href");
            let apart = ["/tip/", "/report/", "/quiz/", "/search/"];
            pages.extend(all.into_iter().filter(|path| {
                path.starts_with('/')
                    && path.ends_with('/')
                    && !apart.iter().any(|p| path.starts_with(p))
            }));
            assert!(pages.len() > 40, "the site map has {} pages", pages.len());
        }
        let chosen = pages.choose_multiple(&mut rand::thread_rng(), 3);
        chosen.cloned().collect()
    }

    fn open(&self, host: &str) -> Visit {
        let name = ServerName::try_from(host.to_string()).expect("a name");
        let connection = ClientConnection::new(self.config.clone(), name).expect("a connection");
        let stream = TcpStream::connect(("127.0.0.1", self.port)).expect("the front");
        stream.set_nodelay(true).expect("an option");
        Visit {
            host: format!("{host}:{}", self.port),
            stream: BufReader::new(StreamOwned::new(connection, stream)),
            kept: BTreeSet::new(),
        }
    }
}

struct Visit {
    host: String,
    stream: BufReader<StreamOwned<ClientConnection, TcpStream>>,
    /// What the browser's cache holds by now.
    kept: BTreeSet<String>,
}

impl Visit {
    fn page(&mut self, path: &str) -> Answer {
        let answer = self.ask(&format!("GET {path}"), FOR_PAGE, &[]);
        assert_eq!(answer.status, 200, "{path}");
        self.load(&answer.page());
        answer
    }

    /// What the page needs and the cache does not hold.
    fn load(&mut self, page: &Page) {
        let mut needed = page.attributes("link[rel=stylesheet]", "href");
        needed.extend(page.attributes("link[rel=icon]", "href"));
        // Pictures are fetched when they come near the screen.
        needed.extend(page.attributes("img", "src").into_iter().take(NEAR));
        for path in needed {
            if self.kept.insert(path.clone()) {
                self.ask(&format!("GET {path}"), FOR_FILE, &[]);
            }
        }
    }

    /// Fills the form in, more or less of it, and sends it with every field it has.
    fn send(&mut self, form: &Answer) {
        let body = filled(form).body();
        let more = format!(
            "{FOR_PAGE}Cache-Control: max-age=0\r\nOrigin: null\r\nContent-Type: {}\r\nContent-Length: {}\r\n",
            Form::content_type(),
            body.len()
        );
        let answer = self.ask("POST /tip/", &more, &body);
        assert_eq!(answer.status, 200, "{}", answer.page().body());
        assert!(answer.page().has("#receipt"), "no receipt");
        self.load(&answer.page());
    }

    fn ask(&mut self, what: &str, headers: &str, body: &[u8]) -> Answer {
        let head = format!(
            "{what} HTTP/1.1\r\nHost: {}\r\n{HEADERS}{headers}\r\n",
            self.host
        );
        let request = [head.as_bytes(), body].concat();
        self.stream.get_mut().write_all(&request).expect("sent");
        self.stream.get_mut().flush().expect("sent");
        read_answer(&mut self.stream, false).expect("an answer")
    }
}

/// The form with a text of 20 to 800 characters and some of the other fields.
fn filled(answer: &Answer) -> Form {
    let mut rng = rand::thread_rng();
    let text = |length: usize| WORDS.chars().cycle().take(length).collect::<String>();
    let within = "form[enctype='multipart/form-data']";
    let page = answer.page();
    let length = 20.0 * 40_f64.powf(rng.gen_range(0.0..1.0));
    let mut form = Form::of(answer)
        .expect("a form")
        .text("what", &text(length as usize));
    let others = format!(
        "{within} input:not([type=hidden]):not([type=radio]):not([type=checkbox]), {within} textarea"
    );
    for element in page.all(&others) {
        let (name, kind) = (
            element.attr("name").unwrap_or_default(),
            element.attr("type"),
        );
        if kind == Some("file") {
            form = form.file("", "application/octet-stream", b"");
        } else if !["what", "website", ""].contains(&name) && rng.gen_bool(0.3) {
            form = form.text(name, &text(rng.gen_range(4..30)));
        } else if !["what", ""].contains(&name) {
            form = form.text(name, "");
        }
    }
    // Questions with choices are sent as they stand: "not known".
    for element in page.all(&format!("{within} input[type=radio][checked]")) {
        let (name, value) = (element.attr("name"), element.attr("value"));
        if name != Some("kind") {
            form = form.text(name.unwrap_or_default(), value.unwrap_or_default());
        }
    }
    let county = if rng.gen_bool(0.7) { "220421" } else { "" };
    form.text("kind", "cultivation")
        .text("county", county)
        .text("township", "")
}
