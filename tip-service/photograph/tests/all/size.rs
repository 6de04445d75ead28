//! How large a clean picture is, and how much memory and time cleaning takes.

use std::io::{Read, Write};
use std::process::{Command, Stdio};

use photograph::{JPEG_MAX_BYTES, clean};

use crate::boxes::jpeg_plus;
use crate::samples::{Raw, cwebp, jpeg, noise, png, quarters_of, scene, seen};

const CHILD: &str = "PHOTOGRAPH_CHILD";

/// Cleans a file in a process of its own: what came of it, and the most memory it ever had, in bytes.
pub(crate) fn in_a_child(file: &[u8]) -> (String, u64) {
    let mut child = Command::new(std::env::current_exe().unwrap())
        .args(["--exact", "--nocapture", "size::child"])
        .env(CHILD, "1")
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::null())
        .spawn()
        .unwrap();
    child.stdin.take().unwrap().write_all(file).unwrap();
    let output = child.wait_with_output().unwrap();
    let told = String::from_utf8(output.stdout).unwrap();
    let told = told.lines().find_map(|line| line.split_once("CHILD "));
    let (answer, peak) = told
        .unwrap_or_else(|| panic!("the child died"))
        .1
        .split_once(' ')
        .unwrap();
    (answer.to_owned(), peak.parse().unwrap())
}

#[test]
fn child() {
    if std::env::var_os(CHILD).is_none() {
        return;
    }
    let mut file = Vec::new();
    std::io::stdin().read_to_end(&mut file).unwrap();
    let answer = match clean(&file) {
        Ok(_) => "clean".to_owned(),
        Err(refusal) => format!("{refusal:?}"),
    };
    let status = std::fs::read_to_string("/proc/self/status").unwrap();
    let peak = status
        .lines()
        .find_map(|line| line.strip_prefix("VmHWM:"))
        .unwrap();
    let peak: u64 = peak.trim().strip_suffix(" kB").unwrap().parse().unwrap();
    println!("CHILD {answer} {}", peak << 10);
}

#[test]
fn a_picture_of_a_current_telephone_stays_within_the_memory() {
    for (name, raw) in [
        ("24 million", scene(5_712, 4_284)),
        ("upright", scene(4_284, 5_712)),
    ] {
        let file = jpeg(&raw);
        assert!(file.len() < 10 << 20, "{}", file.len());
        let turned = jpeg_plus(
            &file,
            0xe1,
            &crate::tiff::segment(&crate::tiff::block(
                &[crate::tiff::short(0x0112, 6)],
                &[],
                &[],
                b"",
            )),
        );
        for file in [file, turned] {
            let (answer, peak) = in_a_child(&file);
            assert_eq!(answer, "clean", "{name}");
            assert!(peak < 150 << 20, "{name}: {} MiB", peak >> 20);
        }
    }
    let (answer, peak) = in_a_child(&progressive_of_a_telephone());
    assert_eq!(answer, "clean");
    assert!(peak < 150 << 20, "progressive: {} MiB", peak >> 20);
    let lossy = cwebp(&png(&scene(4_032, 3_024)), &["-q", "80", "-m", "0"]);
    let (answer, peak) = in_a_child(&lossy);
    assert_eq!(answer, "clean");
    assert!(peak < 150 << 20, "webp: {} MiB", peak >> 20);
}

/// With colours at half the resolution, as they are in all but a few.
fn progressive_of_a_telephone() -> Vec<u8> {
    crate::samples::jpeg_with(&scene(4_032, 3_024), |encoder| {
        encoder.set_quality(85);
        encoder.set_sampling_factor(jpeg_encoder::SamplingFactor::R_4_2_0);
        encoder.set_progressive(true);
    })
}

#[test]
fn what_does_not_fit_is_made_smaller_until_it_does_and_keeps_its_shape() {
    let raw = noise(2_600, 1_300);
    let cleaned = clean(&jpeg(&raw)).unwrap();
    assert!(cleaned.jpeg.len() <= JPEG_MAX_BYTES);
    let ordinary = clean(&jpeg(&scene(2_600, 1_300))).unwrap();
    assert!(!ordinary.smaller && (ordinary.width, ordinary.height) == (2_600, 1_300));
    let raw = noise(4_000, 2_000);
    let file = crate::samples::jpeg_with(&raw, |e| e.set_quality(60));
    let cleaned = clean(&file).unwrap();
    assert!(cleaned.smaller && cleaned.jpeg.len() <= JPEG_MAX_BYTES);
    assert!(
        cleaned.jpeg.len() > JPEG_MAX_BYTES / 3,
        "no smaller than it must be: {}",
        cleaned.jpeg.len()
    );
    let shape = f64::from(cleaned.width) / f64::from(cleaned.height);
    assert!((shape - 2.0).abs() < 0.01, "{shape}");
    let found = seen(&cleaned.jpeg);
    assert_eq!(
        (found.width as u32, found.height as u32),
        (cleaned.width, cleaned.height)
    );
}

#[test]
fn a_smaller_picture_shows_the_same() {
    // Quarters with noise over them, so strong that nothing but size helps.
    let (width, height) = (3_600, 2_400);
    let (base, grain) = (quarters_of(width, height), noise(width, height));
    let mix = |(a, b): (&u8, &u8)| ((u16::from(*a) + u16::from(*b)) / 2) as u8;
    let raw = Raw {
        width,
        height,
        rgb: base.rgb.iter().zip(&grain.rgb).map(mix).collect(),
    };
    let cleaned = clean(&crate::samples::jpeg_with(&raw, |e| e.set_quality(70))).unwrap();
    assert!(cleaned.smaller);
    let found = seen(&cleaned.jpeg);
    for (n, quarter) in crate::samples::QUARTERS.iter().enumerate() {
        let (x0, y0) = (n % 2 * found.width / 2, n / 2 * found.height / 2);
        let inside = |x: usize, y: usize| found.at(x0 + 100 + x, y0 + 100 + y);
        let mut sum = [0_u32; 3];
        for at in 0..10_000 {
            let pixel = inside(at % 100, at / 100);
            sum.iter_mut()
                .zip(pixel)
                .for_each(|(sum, value)| *sum += u32::from(value));
        }
        for (sum, value) in sum.iter().zip(quarter) {
            let expected = (i64::from(*value) + 127) / 2;
            assert!(
                (i64::from(*sum) / 10_000 - expected).abs() < 12,
                "{n}: {sum} {expected}"
            );
        }
    }
}

#[test]
#[ignore = "a measurement: run it with --ignored --nocapture"]
fn how_long_cleaning_takes() {
    let raw = scene(4_032, 3_024);
    let turned = crate::tiff::block(&[crate::tiff::short(0x0112, 6)], &[], &[], b"");
    let file = jpeg(&raw);
    let profile = moxcms::ColorProfile::new_display_p3().encode().unwrap();
    for (name, file) in [
        ("JPEG, 12 million pixels", file.clone()),
        (
            "turned",
            jpeg_plus(&file, 0xe1, &crate::tiff::segment(&turned)),
        ),
        (
            "with a profile",
            crate::samples::jpeg_with(&raw, |e| e.add_icc_profile(&profile).unwrap()),
        ),
        ("progressive", progressive_of_a_telephone()),
        ("PNG, 3 million", png(&scene(2_000, 1_500))),
        ("24 million", jpeg(&scene(5_712, 4_284))),
        (
            "too long at first",
            crate::samples::jpeg_with(&noise(4_000, 2_500), |e| e.set_quality(60)),
        ),
    ] {
        let started = on_cpu();
        let answer = clean(&file).map(|cleaned| cleaned.jpeg.len());
        println!(
            "{name}: {} bytes, {} ms, {answer:?}",
            file.len(),
            on_cpu() - started
        );
    }
}

/// Milliseconds that this thread has had a processor for.
fn on_cpu() -> u64 {
    let times = std::fs::read_to_string("/proc/thread-self/schedstat").unwrap();
    times.split(' ').next().unwrap().parse::<u64>().unwrap() / 1_000_000
}
