#![no_main]
libfuzzer::target!("form");
