//! What was counted is forgotten when the transaction fails: elsewhere failed log-ins left no trace that way. Here the limiter
//! counts a request, and the operator is told, although the store kept nothing.

use e2e::database::Database;
use e2e::form::{Form, file_tip, shown_receipt};
use e2e::install::Install;

const PER_MINUTE: i64 = 12;
/// What fits into the store.
const ROOM: u8 = 10;

#[test]
fn a_tip_that_the_store_refuses_counts_for_its_sender_and_is_an_alarm() {
    let install = Install::new()
        .with("store.max_waiting", i64::from(ROOM))
        .with("delivery.delay_max_seconds", 86_400)
        .with("limits.refuse_per_minute", PER_MINUTE);
    let service = install.start();
    for number in 0..ROOM {
        // Each by somebody else.
        file_tip(&mut service.visitor().at([127, 40 + number, 1, 1]), "占满");
    }
    let mut visitor = service.visitor();
    let statuses: Vec<u16> = (0..PER_MINUTE * 3)
        .map(|_| {
            Form::fetch(&mut visitor)
                .poppies("存不下")
                .send(&mut visitor)
        })
        .inspect(|answer| assert!(shown_receipt(answer).is_none()))
        .map(|answer| answer.status)
        .collect();
    assert_eq!(statuses[0], 503, "full: {statuses:?}");
    let counted = statuses.iter().position(|status| *status == 429);
    assert!(counted.is_some(), "never counted: {statuses:?}");
    assert_eq!(
        Database::of(&install).count("form"),
        usize::from(ROOM),
        "the store kept what it refused"
    );
    let said = service.said();
    assert!(said.contains("ALARM"), "nobody was told: {said}");
    // Another is not counted with him.
    let other = Form::fetch(&mut service.visitor().at([127, 3, 2, 1])).poppies("别人");
    assert_eq!(
        other.send(&mut service.visitor().at([127, 3, 2, 1])).status,
        503
    );
}
