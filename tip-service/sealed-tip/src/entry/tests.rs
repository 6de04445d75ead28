//! What only the crate itself can see of an entry: its padding, and one nobody else would seal.

use rand::SeedableRng;
use rand::rngs::StdRng;

use super::*;
use crate::Receipt;

#[test]
fn a_bucket_holds_as_much_as_its_name_says() {
    for (length, size) in [
        (1, 1024),
        (1024, 1024),
        (1025, 4096),
        (4096, 4096),
        (4097, 16_384),
    ] {
        assert_eq!(bucket(length), size, "{length}");
    }
}

#[test]
fn an_entry_beyond_the_largest_bucket_is_not_opened_whoever_sealed_it() {
    let receipt = Receipt::from_entropy([1; 16]);
    let opened = |size: usize| {
        let mut buffer = padded(&Entry {
            author: Author::Holder,
            verb: "reply".into(),
            text: Text::block("x"),
            day: 1,
        })?;
        buffer.resize(size, b' ');
        let mut rng = StdRng::seed_from_u64(1);
        let sealed = sealed(buffer, &receipt.mailbox_public(), &[2; 32], &mut rng)?;
        receipt.mailbox_key().open(sealed.as_bytes(), &[2; 32])
    };
    assert!(opened(LARGEST_BUCKET).is_ok());
    let larger = opened(LARGEST_BUCKET + 1);
    assert_eq!(larger.err(), Some(EntryError::Closed));
}

#[test]
fn chance_is_passed_on_as_it_comes() {
    let (mut a, mut b) = (StdRng::seed_from_u64(1), StdRng::seed_from_u64(1));
    let mut chance = Chance(&mut a);
    assert_eq!(chance.try_next_u32(), Ok(b.next_u32()));
    assert_eq!(chance.try_next_u64(), Ok(b.next_u64()));
}
