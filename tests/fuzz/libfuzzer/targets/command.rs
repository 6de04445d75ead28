#![no_main]
libfuzzer::target!("command");
