//! Sealing in the browser: the scripts' hashes as the public half of the unit register gives them, and whether the files of
//! the site have them.
//!
//! Must never take a file's own hash for the published one: whoever changes the file would change both.

use std::path::Path;

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use serde::Deserialize;
use sha2::{Digest, Sha384};

use super::check;
use super::error::{ConfigError, Fault};
use super::file::{File, tidy};
use super::settings::Config;
use crate::sealing::{Script, Scripts};

/// `[sealing]` of `site/data/units.toml`: `sha384-…` of each script in the site's folder `seal`.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
pub(super) struct Published {
    #[serde(deserialize_with = "check::text")]
    start: String,
    #[serde(deserialize_with = "check::text")]
    letter: String,
    #[serde(deserialize_with = "check::text")]
    guard: String,
    #[serde(deserialize_with = "check::text")]
    openpgp: String,
}

const HINT: &str = "make site prints the section, of what it built: site/public/seal/register.toml; publish it once it is known to be right";

/// The scripts, if sealing in the browser is on; nothing else is looked at if it is off.
///
/// # Errors
/// No hashes are published, or a file has another one.
pub(super) fn read(
    file: &File,
    config: &Config,
    published: Option<&Published>,
) -> Result<Option<Scripts>, Vec<ConfigError>> {
    if !config.site.browser_sealing {
        return Ok(None);
    }
    let Some(published) = published else {
        return Err(vec![file.error(
            "site.browser_sealing",
            Fault::Missing,
            "the unit register publishes no [sealing] hashes of the scripts",
            HINT,
        )]);
    };
    let script = |name, hash| script(file, &config.site.root, name, hash);
    let start = script("start", &published.start);
    let letter = script("letter", &published.letter);
    let guard = script("guard", &published.guard);
    let openpgp = script("openpgp", &published.openpgp);
    match (start, letter, guard, openpgp) {
        (Ok(start), Ok(letter), Ok(guard), Ok(openpgp)) => Ok(Some(Scripts {
            start,
            letter,
            guard,
            openpgp,
        })),
        (start, letter, guard, openpgp) => {
            let all = [start.err(), letter.err(), guard.err(), openpgp.err()];
            Err(all.into_iter().flatten().collect())
        }
    }
}

fn script(file: &File, root: &Path, name: &str, published: &str) -> Result<Script, ConfigError> {
    let place = format!("seal/{name}.js");
    let path = root.join(&place);
    let wrong = |fault, why: String| {
        let why = format!("{}: {why}", tidy(&path).display());
        file.error("site.browser_sealing", fault, why, HINT)
    };
    let bytes =
        std::fs::read(&path).map_err(|error| wrong(Fault::Unreadable, error.to_string()))?;
    let hash = Sha384::digest(bytes);
    let integrity = format!("sha384-{}", STANDARD.encode(hash));
    if integrity != published {
        let why = format!("is {integrity}, published is {published}");
        return Err(wrong(Fault::Value, why));
    }
    let mark: String = hash.iter().take(4).map(|b| format!("{b:02x}")).collect();
    Ok(Script {
        path: format!("/{place}?h={mark}"),
        integrity,
    })
}
