#![no_main]
libfuzzer::target!("letter");
