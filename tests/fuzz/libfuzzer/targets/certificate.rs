#![no_main]
libfuzzer::target!("certificate");
