//! Finds OpenPGP messages in a mail by their armour, without taking the mail apart: good for letters of ours, however they
//! were packed. Never used on mail that somebody's trust hangs on (`correspondence` reads that).

/// The armoured blocks inside a mail, several when letters came together; the whole file if there is none (a bare or
/// binary message).
#[must_use]
pub fn messages_in(mail: &[u8]) -> Vec<&[u8]> {
    const BEGIN: &[u8] = b"-----BEGIN PGP MESSAGE-----";
    const END: &[u8] = b"-----END PGP MESSAGE-----";
    let find = |from: &[u8], mark: &[u8]| from.windows(mark.len()).position(|w| w == mark);
    let (mut rest, mut found) = (mail, Vec::new());
    while let Some(begin) = find(rest, BEGIN) {
        rest = rest.get(begin..).unwrap_or_default();
        let Some(end) = find(rest, END) else { break };
        let (block, after) = rest.split_at(end + END.len());
        found.push(block);
        rest = after;
    }
    if found.is_empty() {
        found.push(mail);
    }
    found
}
