//! What makes two tips one: a form that is sent again with any other choice is a supplement, not a repeat.

use crate::tips::{full, named};
use sealed_tip::Tip;

#[test]
fn another_kind_or_another_place_makes_another_tip() {
    let changes: [fn(&mut Tip); 5] = [
        |tip| tip.kind = named("venue", "涉毒场所"),
        |tip| tip.county = Some(named("220422", "东辽县")),
        |tip| tip.township = Some(named("other", "那丹伯镇")),
        |tip| tip.village = Some(named("other", "别的村")),
        |tip| tip.village = None,
    ];
    let mut all = vec![full().canonical().to_vec()];
    for change in changes {
        let mut tip = full();
        change(&mut tip);
        all.push(tip.canonical().to_vec());
    }
    all.sort();
    all.dedup();
    assert_eq!(all.len(), changes.len() + 1);
}
