//! A real browser: Chromium by ChromeDriver, at a telephone's or a desk's width, with script on or
//! off by preference, as a visitor would switch it off. Screenshots go to `var/screenshots/`.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use tempfile::TempDir;
use thirtyfour::ChromeCapabilities;
use thirtyfour::common::capabilities::chromium::ChromiumLikeCapabilities;
use thirtyfour::prelude::*;
use tokio::runtime::Runtime;

use crate::machine::{free_port, missing, repository, wait_for};

/// How long a page may take to show something on a busy machine.
const PATIENCE: Duration = Duration::from_secs(30);

/// A narrower window is not to be had: below this the browser plays a telephone.
const NARROWEST_WINDOW: u32 = 500;

/// A visitor's device.
#[derive(Clone, Copy, Debug)]
pub struct Device {
    /// Width of the page in CSS pixels.
    pub width: u32,
    /// Height of the page in CSS pixels.
    pub height: u32,
    /// Whether script runs.
    pub script: bool,
}

/// An old telephone with script off.
pub const PHONE: Device = Device {
    width: 360,
    height: 800,
    script: false,
};
/// A desk with script on.
pub const DESK: Device = Device {
    width: 1280,
    height: 900,
    script: true,
};

/// An open browser window.
pub struct Browser {
    pub(crate) driver: WebDriver,
    runtime: Runtime,
    process: Child,
    // Dropped last: the browser writes into it until it is gone.
    _profile: TempDir,
}

impl Browser {
    /// Opens a window with an empty profile.
    pub fn open(device: Device) -> Self {
        let port = free_port();
        let process = Command::new("chromedriver")
            .arg(format!("--port={port}"))
            .stdin(Stdio::null())
            .stdout(Stdio::null())
            .stderr(Stdio::null())
            .spawn()
            .unwrap_or_else(|error| missing(Path::new("chromedriver"), &error));
        wait_for("ChromeDriver to listen", PATIENCE, || {
            std::net::TcpStream::connect(("127.0.0.1", port)).ok()
        });
        let profile = tempfile::Builder::new()
            .prefix("chromium-")
            .tempdir()
            .expect("a folder");
        let runtime = Runtime::new().expect("a runtime");
        let wishes = wishes(device, profile.path()).expect("capabilities are plain JSON");
        let driver = runtime
            .block_on(WebDriver::new(format!("http://127.0.0.1:{port}"), wishes))
            .unwrap_or_else(|error| panic!("the browser does not start: {error}"));
        Self {
            driver,
            runtime,
            process,
            _profile: profile,
        }
    }

    /// Goes to an address.
    pub fn go(&self, address: &str) {
        self.run("go", self.driver.goto(address));
    }

    /// Where it is.
    pub fn address(&self) -> String {
        self.run("address", self.driver.current_url()).to_string()
    }

    /// Clicks the first element a selector finds; for what stays on the page.
    pub fn click(&self, selector: &str) {
        self.run(selector, self.reach(selector));
    }

    /// Clicks a button or link and waits until its page has taken the place of this one.
    pub fn click_through(&self, selector: &str) {
        self.leave(selector, self.reach(selector));
    }

    /// Follows the link with this text.
    pub fn follow(&self, text: &str) {
        self.leave(text, async {
            self.driver
                .find(By::PartialLinkText(text))
                .await?
                .click()
                .await
        });
    }

    fn leave(&self, what: &str, action: impl Future<Output = WebDriverResult<()>>) {
        let old = self.run(what, async {
            let old = self.find("html").await?;
            action.await?;
            Ok(old)
        });
        wait_for(&format!("the page behind {what}"), PATIENCE, || {
            self.runtime.block_on(old.tag_name()).err()
        });
    }

    /// Types into a field.
    pub fn fill(&self, selector: &str, text: &str) {
        self.run(selector, async {
            self.find(selector).await?.send_keys(text).await
        });
    }

    /// Chooses the option of a list whose text starts so.
    pub fn choose(&self, selector: &str, option: &str) {
        self.run(option, async {
            let list = self.find(selector).await?;
            for candidate in list.find_all(By::Css("option")).await? {
                if candidate.text().await?.trim().starts_with(option) {
                    return candidate.click().await;
                }
            }
            Err(thirtyfour::error::no_such_element(format!(
                "option {option}"
            )))
        });
    }

    /// The text of an element, waited for.
    pub fn text(&self, selector: &str) -> String {
        self.run(selector, async { self.find(selector).await?.text().await })
    }

    /// Whether an element is there and can be seen.
    pub fn shows(&self, selector: &str) -> bool {
        self.run(selector, async {
            for element in self.driver.find_all(By::Css(selector)).await? {
                if element.is_displayed().await? {
                    return Ok(true);
                }
            }
            Ok(false)
        })
    }

    /// The page's own width against the window's: what a sideways scroll bar would show.
    pub fn overflows(&self) -> bool {
        let metrics = self.run("metrics", async {
            self.driver
                .cdp()
                .send_raw("Page.getLayoutMetrics", serde_json::json!({}))
                .await
        });
        let width = |what: &str, field: &str| metrics[what][field].as_f64().unwrap_or_default();
        width("cssContentSize", "width") > width("cssLayoutViewport", "clientWidth") + 1.0
    }

    /// Keeps a picture of the page as `var/screenshots/<name>.png`.
    pub fn picture(&self, name: &str) {
        let folder = repository().join("var/screenshots");
        std::fs::create_dir_all(&folder).expect("a folder");
        let path = folder.join(format!("{name}.png"));
        self.run("screenshot", self.driver.screenshot(&path));
    }

    /// Bytes and requests since the window was opened, as the browser counted them on the wire.
    pub fn traffic(&self) -> Traffic {
        let entries = self.run("log", self.driver.get_log("performance"));
        let mut traffic = Traffic::default();
        let mut asked = BTreeMap::<String, String>::new();
        for entry in entries {
            let event: serde_json::Value =
                serde_json::from_str(&entry.message).expect("ChromeDriver logs JSON");
            let (method, params) = (&event["message"]["method"], &event["message"]["params"]);
            let id = params["requestId"].as_str().unwrap_or_default();
            match method.as_str() {
                Some("Network.requestWillBeSent") => {
                    let address = params["request"]["url"].as_str().unwrap_or_default();
                    asked.insert(id.into(), address.into());
                }
                Some("Network.loadingFinished") => {
                    let bytes = params["encodedDataLength"].as_f64().unwrap_or_default() as u64;
                    let address = asked.get(id).filter(|address| address.starts_with("http"));
                    if let Some(address) = address {
                        traffic.bytes += bytes;
                        traffic.addresses.push((address.clone(), bytes));
                    }
                }
                _ => {}
            }
        }
        traffic
    }

    /// Scrolls until the element is well in view, as a hand does, then clicks. ChromeDriver by itself
    /// stops as soon as it is at the edge, under whatever bar is fixed there.
    async fn reach(&self, selector: &str) -> WebDriverResult<()> {
        let element = self.find(selector).await?;
        let cdp = self.driver.cdp();
        let document = cdp
            .send_raw("DOM.getDocument", serde_json::json!({}))
            .await?;
        let root = &document["root"]["nodeId"];
        let query = serde_json::json!({ "nodeId": root, "selector": selector });
        let found = cdp.send_raw("DOM.querySelector", query).await?;
        cdp.send_raw("DOM.scrollIntoViewIfNeeded", found).await?;
        element.click().await
    }

    async fn find(&self, selector: &str) -> WebDriverResult<WebElement> {
        self.driver
            .query(By::Css(selector))
            .wait(PATIENCE, Duration::from_millis(50))
            .first()
            .await
    }

    pub(crate) fn run<T>(&self, what: &str, action: impl Future<Output = WebDriverResult<T>>) -> T {
        self.runtime
            .block_on(action)
            .unwrap_or_else(|error| panic!("browser, {what}: {error}"))
    }
}

/// What went over the wire.
#[derive(Clone, Debug, Default)]
pub struct Traffic {
    /// Response headers and bodies, as sent.
    pub bytes: u64,
    /// Every address asked for, with its bytes.
    pub addresses: Vec<(String, u64)>,
}

impl Drop for Browser {
    fn drop(&mut self) {
        let _ = self.runtime.block_on(self.driver.clone().quit());
        let _ = self.process.kill();
        let _ = self.process.wait();
    }
}

fn wishes(device: Device, profile: &Path) -> WebDriverResult<ChromeCapabilities> {
    let mut wishes = DesiredCapabilities::chrome();
    for argument in [
        "--headless",
        "--no-sandbox",
        "--disable-gpu",
        "--disable-dev-shm-usage",
        "--disable-quic",
        "--ignore-certificate-errors",
        "--no-first-run",
        "--disable-background-networking",
        "--disable-component-update",
        "--disable-sync",
        "--lang=zh-CN",
        // A click aims at where the element is; a page that glides there is not there yet.
        "--force-prefers-reduced-motion",
    ] {
        wishes.add_arg(argument)?;
    }
    wishes.add_arg(&format!("--user-data-dir={}", profile.display()))?;
    let (width, height) = (device.width, device.height);
    wishes.add_arg(&format!("--window-size={width},{height}"))?;
    if width < NARROWEST_WINDOW {
        let metrics = serde_json::json!({ "deviceMetrics": {
            "width": width, "height": height, "pixelRatio": 1.0, "mobile": true, "touch": false,
        }});
        wishes.add_experimental_option("mobileEmulation", metrics)?;
    }
    if !device.script {
        let preferences =
            serde_json::json!({ "profile.managed_default_content_settings.javascript": 2 });
        wishes.add_experimental_option("prefs", preferences)?;
    }
    let logs = serde_json::json!({ "performance": "ALL" });
    wishes.set("goog:loggingPrefs", logs)?;
    Ok(wishes)
}
