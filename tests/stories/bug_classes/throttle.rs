//! A limit that shuts the door on everybody: elsewhere ten reports an hour from anybody closed a desk to all. Here whoever sends a
//! hundred times his budget makes his own letters wait; no honest visitor is refused or put off.

use e2e::dialogue::PATIENCE;
use e2e::form::{Form, file_tip, shown_receipt};
use e2e::install::Install;
use e2e::machine::wait_for;

const BUDGET: i64 = 6;
const TIMES: usize = 100;
const HONEST: u8 = 25;

#[test]
fn one_who_sends_a_hundred_times_his_budget_delays_and_refuses_nobody_else() {
    let install = Install::new()
        .with("limits.prompt_per_hour", BUDGET)
        .with("delivery.delay_max_seconds", 86_400);
    let service = install.start();
    let port = service.port;
    let attack = std::thread::spawn(move || {
        let mut visitor = e2e::http::Client::new(port).at([127, 9, 9, 9]);
        (0..BUDGET as usize * TIMES)
            .filter(|number| {
                let form = Form::fetch(&mut visitor).poppies(&format!("灌水{number}"));
                shown_receipt(&form.send(&mut visitor)).is_some()
            })
            .count()
    });
    for number in 0..HONEST {
        // Each from a network of its own.
        let mut visitor = service.visitor().at([127, 20 + number, 1, 1]);
        file_tip(&mut visitor, "老实的举报");
    }
    let taken = attack.join().expect("the attacker ends");
    assert!(taken >= BUDGET as usize, "{taken}");
    let prompt = || {
        let listed = install.run_well(&["outbox", "list"], &[]);
        let of_class = |line: &&str| line.split_whitespace().any(|word| word == "prompt");
        listed.lines().filter(of_class).count()
    };
    let due = BUDGET as usize + usize::from(HONEST);
    wait_for("all honest letters to be prompt", PATIENCE, || {
        (prompt() == due).then_some(())
    });
}
