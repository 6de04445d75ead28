#![no_main]
libfuzzer::target!("signature");
