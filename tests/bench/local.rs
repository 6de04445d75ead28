//! What the parts cost alone, without the service: sealing a tip, and making four kibibytes durable.

use std::fs::File;
use std::io::Write;
use std::time::{Duration, Instant, SystemTime, UNIX_EPOCH};

use sealed_tip::{Cover, Named, Text, Tip, UnitCert};

use crate::load::{Percentiles, local_story};

/// Measures and prints both.
pub(crate) fn print() {
    seal();
    durable_writes();
}

fn seal() {
    let mut rng = rand::thread_rng();
    let now = SystemTime::now()
        .duration_since(UNIX_EPOCH)
        .expect("after 1970")
        .as_secs();
    let pair = sealed_tip::generate("bench <bench@example.invalid>", now - 60, None, &mut rng)
        .expect("a key pair");
    let cert = UnitCert::parse(&pair.cert_armored, now).expect("a good certificate");
    let tip = tip();
    let cover = Cover {
        reference: "0123-4567",
        reply: None,
    };
    let mut took = Vec::new();
    let begun = Instant::now();
    let mut bytes = 0;
    while begun.elapsed() < Duration::from_secs(2) {
        let one = Instant::now();
        let sealed = sealed_tip::seal(&tip, &cover, &[&cert], now, &mut rng).expect("sealed");
        bytes = sealed.message().len();
        took.push(one.elapsed());
    }
    let rate = took.len() as f64 / begun.elapsed().as_secs_f64();
    let times = Percentiles::of(&mut took);
    println!(
        "seal alone   {rate:.0}/s on one core, p50 {:.3} ms, p99 {:.3} ms, {bytes} bytes",
        times.p50, times.p99
    );
}

fn tip() -> Tip {
    let named = |code: &str, name: &str| Named {
        code: code.into(),
        name: name.into(),
    };
    Tip {
        county: Some(named("220421", "东丰县")),
        township: Some(named("220421102", "横道河镇")),
        place: Text::line("村东头第三家"),
        when: Text::line("这几天"),
        source: Text::line("亲眼看见"),
        ..Tip::bare(
            named("cultivation", "非法种植"),
            Text::block(&local_story(1)),
        )
    }
}

fn durable_writes() {
    let folder = tempfile::tempdir().expect("a folder");
    let mut file = File::create(folder.path().join("log")).expect("a file");
    let block = [7_u8; 4096];
    let mut took = Vec::new();
    let begun = Instant::now();
    while begun.elapsed() < Duration::from_secs(2) {
        let one = Instant::now();
        file.write_all(&block).expect("written");
        file.sync_data().expect("durable");
        took.push(one.elapsed());
    }
    let rate = took.len() as f64 / begun.elapsed().as_secs_f64();
    let times = Percentiles::of(&mut took);
    println!(
        "raw fsync    append 4 KiB + fdatasync: {rate:.0}/s, p50 {:.3} ms, p99 {:.3} ms",
        times.p50, times.p99
    );
}
