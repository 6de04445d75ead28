#![no_main]
libfuzzer::target!("reply");
