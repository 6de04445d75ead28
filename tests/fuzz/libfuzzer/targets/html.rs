#![no_main]
libfuzzer::target!("html");
