//! A site as the rules read it: its files as they are served, its pages parsed once, the data it was
//! made from. Read from a folder, or put together from a fixture; never changed, only copied.

use std::collections::BTreeMap;
use std::ops::Deref;
use std::path::Path;

use e2e::machine::{files_under, repository};
use e2e::page::Page;
use toml::Table;

use crate::day::Day;
use crate::rule::Plant;

/// A site. Its files are named `public/…` (as served) and `data/…` (what it was made from).
#[derive(Default)]
pub(crate) struct Site {
    files: BTreeMap<String, Vec<u8>>,
    pages: Vec<WebPage>,
    /// The sub-path it lives under, such as `/jindu`; empty at a host's root.
    pub(crate) base: String,
    /// The day on which it is judged.
    pub(crate) today: Option<Day>,
    /// The article whose words must not be repeated, where it lies beside the repository.
    pub(crate) seed: Option<String>,
}

/// One page, its selectors by way of [`Page`].
pub(crate) struct WebPage {
    /// The file below the site's root.
    pub(crate) name: String,
    /// The path below the sub-path: `/about/`.
    pub(crate) address: String,
    /// The HTML as built.
    pub(crate) source: String,
    page: Page,
}

impl Deref for WebPage {
    type Target = Page;

    fn deref(&self) -> &Page {
        &self.page
    }
}

/// The languages beside Chinese: how a page names it, and where its pages begin.
pub(crate) const TONGUES: &[(&str, &str)] = &[("ko", "/ko"), ("en", "/en")];

impl WebPage {
    /// The language that its address tells, as `html` names it, and where the pages in it begin: nothing, or `/ko`.
    pub(crate) fn tongue(&self) -> (&'static str, &'static str) {
        let below = |root: &str| {
            let rest = self.address.strip_prefix(root);
            rest.is_some_and(|rest| rest.starts_with('/'))
        };
        let found = TONGUES.iter().find(|(_, root)| below(root));
        found.copied().unwrap_or(("zh-CN", ""))
    }

    /// The address below that: the same for a page in each language.
    pub(crate) fn place(&self) -> &str {
        let (_, root) = self.tongue();
        self.address.strip_prefix(root).unwrap_or(&self.address)
    }
}

impl Site {
    /// The real site, built by the command a newcomer uses.
    pub(crate) fn built() -> Self {
        Self::read(&e2e::site::built(), &repository().join("site/data"), "").beside(article())
    }

    /// The site beside the article whose words it must not repeat.
    pub(crate) fn beside(mut self, seed: Option<String>) -> Self {
        self.seed = seed;
        self
    }

    /// A site built into `public` from `data`, under the sub-path `base`.
    pub(crate) fn read(public: &Path, data: &Path, base: &str) -> Self {
        let mut files = BTreeMap::new();
        for (folder, prefix) in [(public, "public"), (data, "data")] {
            for path in files_under(folder) {
                let name = path.strip_prefix(folder).expect("it lies below").display();
                // Beside a text file lies the same, compressed.
                if path.extension().is_none_or(|ending| ending != "gz") {
                    let bytes = std::fs::read(&path).expect("a file of the site");
                    files.insert(format!("{prefix}/{name}"), bytes);
                }
            }
        }
        assert!(!files.is_empty(), "{} is empty", public.display());
        Self::of(files, base)
    }

    /// A site of these files. It is judged on the day of its last change, so that time alone does
    /// not turn a test red.
    pub(crate) fn of(files: BTreeMap<String, Vec<u8>>, base: &str) -> Self {
        let mut site = Self {
            files,
            base: base.into(),
            ..Self::default()
        };
        site.parse();
        let map = site.text("sitemap.xml").unwrap_or_default();
        let changes = map.split("<lastmod>").skip(1);
        site.today = changes.filter_map(Day::parse).max();
        site
    }

    /// A copy with these changes.
    pub(crate) fn with(&self, plants: &[Plant]) -> Self {
        let mut copy = Self {
            files: self.files.clone(),
            pages: Vec::new(),
            base: self.base.clone(),
            today: self.today,
            seed: self.seed.clone(),
        };
        for plant in plants {
            copy.plant(plant);
        }
        copy.parse();
        copy
    }

    /// The pages people are shown, the page for what is not found included.
    pub(crate) fn pages(&self) -> impl Iterator<Item = &WebPage> {
        self.pages_and_shell()
            .filter(|page| !page.place().starts_with("/_shell"))
    }

    /// All pages, with the shell into which the service writes its own.
    pub(crate) fn pages_and_shell(&self) -> impl Iterator<Item = &WebPage> {
        self.pages.iter()
    }

    /// The page at an address.
    pub(crate) fn page(&self, address: &str) -> Option<&WebPage> {
        self.pages.iter().find(|page| page.address == address)
    }

    /// A served file, by its path below the root without a slash before it.
    pub(crate) fn file(&self, path: &str) -> Option<&[u8]> {
        self.files.get(&format!("public/{path}")).map(Vec::as_slice)
    }

    /// A served file as text.
    pub(crate) fn text(&self, path: &str) -> Option<String> {
        let bytes = self.file(path)?;
        Some(String::from_utf8_lossy(bytes).into_owned())
    }

    /// The names of all served files.
    pub(crate) fn names(&self) -> impl Iterator<Item = &str> {
        let names = self.files.keys();
        names.filter_map(|name| name.strip_prefix("public/"))
    }

    /// The tables of the data files, by file name.
    pub(crate) fn data(&self) -> BTreeMap<&str, Table> {
        let files = self.files.iter().filter_map(|(name, bytes)| {
            let name = name.strip_prefix("data/")?;
            let text = std::str::from_utf8(bytes).expect("data is UTF-8");
            let table = text
                .parse()
                .unwrap_or_else(|error| panic!("{name}: {error}"));
            Some((name, table))
        });
        files.collect()
    }

    fn parse(&mut self) {
        let html = self
            .files
            .iter()
            .filter(|(name, _)| name.ends_with(".html"));
        self.pages = html
            .filter_map(|(name, bytes)| {
                let name = name.strip_prefix("public/")?;
                let source = String::from_utf8(bytes.clone()).expect("a page is UTF-8");
                Some(WebPage {
                    address: format!("/{}", name.strip_suffix("index.html").unwrap_or(name)),
                    name: name.into(),
                    page: Page::parse(&source),
                    source,
                })
            })
            .collect();
    }

    fn plant(&mut self, plant: &Plant) {
        match *plant {
            Plant::Swap(file, old, new) => {
                let bytes = self.files.get_mut(file).expect(file);
                let text = String::from_utf8_lossy(bytes);
                assert!(text.contains(old), "{file} does not hold {old:?}");
                *bytes = text.replace(old, new).into_bytes();
            }
            Plant::Add(file, text) => {
                self.files.insert(file.into(), text.into());
            }
            Plant::Drop(file) => {
                self.files.remove(file).expect(file);
            }
            Plant::Bulk(file, size) => {
                let (open, close) = match file.rsplit_once('.') {
                    Some((_, "css" | "js")) => ("/*", "*/"),
                    _ => ("<!--", "-->"),
                };
                let bytes = self.files.get_mut(file).expect(file);
                bytes.extend(format!("{open}{}{close}", noise(size)).bytes());
            }
            Plant::Keep(folder, most) => {
                let is_child = |name: &str| {
                    let rest = name.strip_prefix(folder).unwrap_or_default();
                    rest.split('/').count() == 2 && rest.ends_with("/index.html")
                };
                let names: Vec<String> = self.files.keys().cloned().collect();
                for name in names.iter().filter(|name| is_child(name)).skip(most) {
                    self.files.remove(name);
                }
            }
            Plant::Today(day) => self.today = Day::parse(day),
        }
    }
}

/// The unit's article, where it lies beside the repository.
pub(crate) fn article() -> Option<String> {
    let texts = files_under(&repository().join("../shared/seed"));
    let texts = texts
        .iter()
        .map(|path| std::fs::read_to_string(path).expect("the seed is text"));
    Some(texts.collect::<String>()).filter(|text| !text.is_empty())
}

/// Letters without a pattern, always the same: a linear congruence, its high bits as base 64.
fn noise(size: usize) -> String {
    let mut state = 1_u64;
    let letters = std::iter::repeat_with(|| {
        state = state
            .wrapping_mul(6_364_136_223_846_793_005)
            .wrapping_add(1_442_695_040_888_963_407);
        let digits = b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789_.";
        char::from(digits[(state >> 58) as usize])
    });
    letters.take(size).collect()
}
