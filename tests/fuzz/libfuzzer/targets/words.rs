#![no_main]
libfuzzer::target!("words");
