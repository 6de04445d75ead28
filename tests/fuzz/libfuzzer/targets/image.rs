#![no_main]
libfuzzer::target!("image");
