//! The scripts that seal a tip in the browser it is written in: where they lie on the site, and the hashes that are published.
//!
//! Filled by [`crate::config`], which proves that the files are the published ones. Must never name a script without its hash.

use serde::Serialize;

/// What the form's page needs of a script to load it, and it alone.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Script {
    /// Below the site's base path, with a mark that changes with the file: `/seal/start.js?h=…`.
    pub path: String,
    /// `sha384-…`, as browsers check it (Subresource Integrity).
    pub integrity: String,
}

/// All of them.
#[derive(Debug, Clone, PartialEq, Eq, Serialize)]
pub struct Scripts {
    /// Comes with the page, waits for the first letter that is typed, loads the others.
    pub start: Script,
    /// Builds the letter.
    pub letter: Script,
    /// Finds what may tell who wrote it.
    pub guard: Script,
    /// OpenPGP.js.
    pub openpgp: Script,
}
