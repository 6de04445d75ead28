//! Sealing in the browser, as a visitor, an officer and an eavesdropper at the service's own door meet it.

mod alike;
mod closed;
mod guarded;
mod hours;
mod lazy;
mod refused;
mod well;

use std::process::Command;
use std::time::Duration;

use e2e::browser::Browser;
use e2e::install::Install;
use e2e::machine::{run, words};

/// What is looked for in everything that the service got: in no other test's words.
const WHAT: &str = "横道河镇东头的大棚里种了一片罂粟，暗记QZX7731，有人看着。\n第二行也要在。";
/// The same in the detail of the place.
const PLACE: &str = "村东头第三家暗记QZX7732";

/// An installation that has it switched on, with a site of its own whose files a test may change.
fn install() -> Install {
    let install = Install::new();
    let (site, units) = (install.path("site"), install.path("public-units.toml"));
    let built = e2e::site::built();
    let copied = run(Command::new("cp").arg("-a").args([&built, &site]));
    assert!(copied.status.success(), "{}", words(&copied));
    let register = std::fs::read_to_string(e2e::machine::repository().join("site/data/units.toml"));
    let hashes = std::fs::read_to_string(site.join("seal/register.toml"));
    let published = [
        hashes.expect("the site has it"),
        register.expect("it is there"),
    ]
    .concat();
    std::fs::write(&units, published).expect("it is written");
    install
        .with("site.root", site.display().to_string())
        .with("site.units", units.display().to_string())
        .with("site.browser_sealing", true)
}

fn fill_in(browser: &Browser, port: u16) {
    browser.go(&format!("http://127.0.0.1:{port}/tip/"));
    browser.click("label[for=kind-cultivation]");
    browser.fill("textarea[name=what]", WHAT);
    browser.choose("select[name=county]", "东丰县");
    browser.choose("select[name=township]", "横道河镇");
    browser.fill("[name=place]", PLACE);
}

/// How long anything may take on a busy machine.
const PATIENCE: Duration = Duration::from_secs(60);

const SEND: &str = "#tip-form button[type=submit]";
