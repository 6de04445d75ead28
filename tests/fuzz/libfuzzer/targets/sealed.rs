#![no_main]
libfuzzer::target!("sealed");
