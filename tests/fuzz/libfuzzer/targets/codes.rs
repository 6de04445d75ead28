#![no_main]
libfuzzer::target!("codes");
