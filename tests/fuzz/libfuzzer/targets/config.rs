#![no_main]
libfuzzer::target!("config");
