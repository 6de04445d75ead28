//! The cleartext signature framework (RFC 9580 section 7): a text that anybody can read, with its
//! signature below it.
//!
//! Works on bytes, since a text in GB 18030 is signed as it is. Never takes in a line that the
//! signature does not cover: whatever stands before, after or between is an error.

use zeroize::Zeroizing;

use crate::SignatureError;

const BEGIN: &[u8] = b"-----BEGIN PGP SIGNED MESSAGE-----";
const SIGNATURE: &[u8] = b"-----BEGIN PGP SIGNATURE-----";
const END: &[u8] = b"-----END PGP SIGNATURE-----";

/// Whether `message` is meant to be one.
pub(crate) fn is_cleartext(message: &[u8]) -> bool {
    message.trim_ascii_start().starts_with(BEGIN)
}

/// The signed text, with CRLF between its lines, and the armoured signature.
pub(crate) fn split(message: &[u8]) -> Result<(Zeroizing<Vec<u8>>, &[u8]), SignatureError> {
    let mut rest = message.trim_ascii();
    if line(&mut rest) != Some(BEGIN) {
        return Err(unreadable("it does not begin as a signed text does"));
    }
    loop {
        match line(&mut rest) {
            Some([]) => break,
            // Says nothing that the signature does not say again.
            Some(header) if header.starts_with(b"Hash:") => {}
            _ => return Err(unreadable("something unknown stands above the signed text")),
        }
    }
    let breaks = rest.iter().filter(|byte| **byte == b'\n').count();
    let mut text = Zeroizing::new(Vec::with_capacity(rest.len() + breaks));
    let mut first = true;
    loop {
        let block = rest;
        let Some(line) = line(&mut rest) else {
            return Err(unreadable("no signature below the signed text"));
        };
        if line == SIGNATURE {
            return alone(block).map(|block| (text, block));
        }
        let line = match line.strip_prefix(b"-") {
            None => line,
            Some(escaped) => escaped
                .strip_prefix(b" ")
                .ok_or_else(|| unreadable("a line of the signed text begins with a dash"))?,
        };
        if !first {
            text.extend_from_slice(b"\r\n");
        }
        first = false;
        text.extend_from_slice(line);
    }
}

/// Nothing may follow the signature's end.
fn alone(block: &[u8]) -> Result<&[u8], SignatureError> {
    let ends = block.windows(END.len()).filter(|at| *at == END).count();
    if ends == 1 && block.ends_with(END) {
        Ok(block)
    } else {
        Err(unreadable("something stands below the signature"))
    }
}

/// Takes the next line off `rest`, without its end and the white space before that, which no
/// signature of this kind covers.
fn line<'a>(rest: &mut &'a [u8]) -> Option<&'a [u8]> {
    if rest.is_empty() {
        return None;
    }
    let mut halves = rest.splitn(2, |byte| *byte == b'\n');
    let mut line = halves.next().unwrap_or_default();
    *rest = halves.next().unwrap_or_default();
    while let [before @ .., b' ' | b'\t' | b'\r'] = line {
        line = before;
    }
    Some(line)
}

fn unreadable(what: &str) -> SignatureError {
    SignatureError::Unreadable(what.into())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_signed_text_is_written_without_moving() -> Result<(), SignatureError> {
        for lines in [1, 2, 3_000] {
            let below = format!(
                "{}-----BEGIN PGP SIGNATURE-----\n\n=\n-----END PGP SIGNATURE-----",
                "\n".repeat(lines)
            );
            let message = format!("-----BEGIN PGP SIGNED MESSAGE-----\n\n{below}\n");
            let (text, _) = split(message.as_bytes())?;
            assert_eq!(text.len(), 2 * (lines - 1));
            let breaks = below.matches('\n').count();
            assert_eq!(text.capacity(), below.len() + breaks);
        }
        Ok(())
    }
}
