//! The bugs that systems like this one have had, one module for each class: what happened elsewhere, told in a sentence, and a
//! story that would notice it here. Most are generated: from the router, from the fields of the form, from the register.
//! SECURITY.md lists each class with its tests; `table.rs` holds the list against what is here.

mod access_rule;
mod collisions;
mod cross_site;
mod existence_oracle;
mod fail_closed;
mod forged_reply;
mod hardening;
mod install_verification;
mod key_states;
mod mail_headers;
mod neighbours;
mod requests_to_elsewhere;
mod rollback;
mod secrets;
mod spoofed_hops;
mod table;
mod third_party;
mod throttle;
mod time_metadata;
mod trusted_flag;
mod unbounded;

use e2e::page::Page;

/// The names of everything in the tip form that a visitor can send, each once.
fn every_field(page: &Page) -> Vec<String> {
    let within = "form[enctype='multipart/form-data']";
    let selector = format!(
        "{within} textarea, {within} select, {within} input:not([type=file]):not([type=submit])"
    );
    let mut names = page.attributes(&selector, "name");
    names.retain(|name| name != "form_id");
    names.sort();
    names.dedup();
    assert!(names.len() > 15, "the form has more fields than {names:?}");
    names
}

/// The names of everything one can type into: what is typed must never be more than text.
fn typed_fields(page: &Page) -> Vec<String> {
    let within = "form[enctype='multipart/form-data']";
    let typed = ":not([type=hidden]):not([type=radio]):not([type=checkbox]):not([type=file]):not([type=submit])";
    let selector = format!("{within} textarea, {within} input{typed}");
    let mut names = page.attributes(&selector, "name");
    // The trap for robots is typed into by robots alone.
    names.retain(|name| name != "website");
    assert!(names.len() > 8, "the form has more fields than {names:?}");
    names
}
