//! How long a look-up in the routing table takes when the register is as large as a country's: 3,000 units, a route for
//! each county. Prints a figure and asserts nothing; `make bench` runs it.

#![expect(
    clippy::disallowed_methods,
    clippy::print_stdout,
    reason = "a bench looks at the clock and prints"
)]

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use tip_service::units::{Register, Route, Unit};

const COUNTIES: usize = 2998;
const LOOK_UPS: u32 = 1_000_000;

fn main() {
    let counties: Vec<String> = (0..COUNTIES).map(|n| format!("{}", 100_000 + n)).collect();
    let register = register(&counties);
    let begun = Instant::now();
    for (number, code) in (0..LOOK_UPS).zip(counties.iter().cycle()) {
        let officials = number % 16 == 0;
        black_box(register.route(black_box("cultivation"), Some(code), officials));
    }
    let each = begun.elapsed() / LOOK_UPS;
    println!(
        "routing      a look-up among {} units and as many routes: {each:?}, mean of {LOOK_UPS}",
        COUNTIES + 2
    );
}

fn register(counties: &[String]) -> Register {
    let (city, oversight) = (unit("city"), unit("oversight"));
    let rule = |kinds: &[&str], county: Option<&String>, officials, unit: &Arc<Unit>| Route {
        kinds: (!kinds.is_empty()).then(|| kinds.iter().map(|kind| (*kind).to_owned()).collect()),
        counties: county.map(|code| [code.clone()].into()),
        officials,
        units: vec![unit.clone()],
    };
    let mut routes = vec![
        rule(&[], None, Some(true), &oversight),
        rule(&["trafficking", "manufacture"], None, None, &city),
    ];
    let mut units = vec![city.clone(), oversight];
    for code in counties {
        let unit = unit(code);
        routes.push(rule(&[], Some(code), None, &unit));
        units.push(unit);
    }
    routes.push(rule(&[], None, None, &city));
    Register::new(units, routes)
}

fn unit(id: &str) -> Arc<Unit> {
    Arc::new(Unit {
        id: id.into(),
        name: id.into(),
        area: String::new(),
        telephone: String::new(),
        mail: String::new(),
        certs: Vec::new(),
        lapse: None,
        supervisor: None,
        unencrypted_replies: false,
        duty: None,
    })
}
